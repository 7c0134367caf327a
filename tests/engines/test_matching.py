"""Matching: reasons add up to the score, constraints keep out, unknown is not a refusal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import recalled, sentence
from kechuang.engines.matching import (
    Corpus,
    E5Embedder,
    LexicalIndex,
    Matcher,
    Offer,
    Refusal,
    VectorStore,
    Want,
    read_offer,
    read_want,
)
from kechuang.engines.matching import reasons as say
from kechuang.engines.matching.match import hard_constraint
from kechuang.engines.text import Lexicon, comparable, cut, normalise

OFFERS = [
    Offer(
        id="a",
        title="动力电池液冷热管理",
        text="微通道冷板",
        field="新能源与节能",
        trl=7,
        modes=frozenset({"transfer"}),
        price_fen=100,
    ),
    Offer(
        id="b",
        title="中药提取工艺",
        text="超声辅助提取黄酮",
        field="生物与新医药",
        trl=4,
        modes=frozenset({"licence"}),
    ),
    Offer(id="c", title="反渗透膜污染控制", text="海水淡化预处理", trl=8, price_fen=1000),
]


def corpus(offers=OFFERS, vectors=None):
    index = LexicalIndex()
    index.write(offers)
    known = {o.id: o for o in offers}
    return Corpus(
        index, vectors or VectorStore.empty(), lambda ids: {i: known[i] for i in ids if i in known}
    )


@given(st.text(st.sampled_from(" a　éé\u0301Å\x07\t\n\u200b\ufeff鋰锂ＡIı\u00a0,")))
def test_every_text_is_written_one_way(text):
    for write in (normalise, comparable):
        once = write(text)
        assert once == write(once) == " ".join(once.split())
        assert not set(once) & set("\x07\u200b\ufeff")
    assert unicodedata.is_normalized("NFC", normalise(text))
    assert not set(comparable(text)) & set("鋰ＡA")


def test_width_and_script_do_not_matter():
    assert comparable("ＢＭＳ　鋰電池") == "bms 锂电池"
    assert cut("鋰電池") == cut("锂电池")


def test_a_lexicon_knows_other_names():
    lexicon = Lexicon.read(["锂离子电池\t锂电池\t锂电", "# remark"])
    assert lexicon.expand("一种锂电回收") == ["锂离子电池"]


def test_the_fitting_one_comes_first_and_reasons_add_up():
    matches, refused = Matcher().offers_for(
        Want(id="w", title="电池热管理", field="新能源与节能", trl=6), corpus()
    )
    assert matches[0].id == "a"
    assert not refused
    for match in matches:
        assert match.score == pytest.approx(sum(r.weight for r in match.reasons))
        assert 0 <= match.score <= 1
    assert {r.kind for r in matches[0].reasons} >= {"words", "field", "maturity"}
    words = next(r.text for r in matches[0].reasons if r.kind == "words")
    assert "电池" in words.facts["words"]


def test_a_price_beyond_the_budget_and_a_foreign_mode_keep_out_and_say_why():
    want = Want(id="w", title="海水淡化膜污染", modes=frozenset({"transfer"}), budget_fen=500)
    matches, refused = Matcher().offers_for(want, corpus())
    assert [(r.id, r.kind) for r in refused] == [("c", "money")]
    assert refused[0].text.code == "match.beyond_budget"
    assert all(m.id != "c" for m in matches)
    assert hard_constraint(want, OFFERS[1])[0] == "mode"


def test_unknown_is_not_a_refusal():
    assert hard_constraint(Want(id="w", title="x"), OFFERS[2]) is None
    assert hard_constraint(Want(id="w", title="x", budget_fen=1), OFFERS[1]) is None


WANT = Want(id="w", title="x", modes=frozenset({"transfer", "equity"}), budget_fen=80_000_000)
OFFER = Offer(id="o", title="y", modes=frozenset({"licence"}), price_fen=120_000_000)
CHEAP = Offer(id="o", title="y", price_fen=50_000_000)


@pytest.mark.parametrize(
    ("text", "chinese", "english"),
    [
        (
            say.words_reason({"动力电池": 0.2, "电池": 0.1, "散热": 0.1}, 0.3).text,
            "共同用词：动力电池、散热",
            "Shared words: 动力电池, 散热",
        ),
        (
            say.sense_reason(None, 0, 0).text,
            "语义尚未计算，仅按用词比较",
            "Meaning not reckoned yet; compared by words only",
        ),
        (
            say.sense_reason(0.9, 3.5, 0.1).text,
            "语义很近（0.90，高出一般 3.5 个标准差）",
            "Very near in meaning (0.90, 3.5 deviations above the usual)",
        ),
        (
            say.sense_reason(0.87654, 2.5, 0.1).text,
            "语义较近（0.88，高出一般 2.5 个标准差）",
            "Near in meaning (0.88, 2.5 deviations above the usual)",
        ),
        (
            say.sense_reason(0.86, 2.44, 0.1).text,
            "语义略近（0.86，高出一般 2.4 个标准差）",
            "Somewhat near in meaning (0.86, 2.4 deviations above the usual)",
        ),
        (say.field_reason("材料", "材料", 0.1).text, "同属材料", "Same field: 材料"),
        (
            say.field_reason("材料", "能源", 0.1).text,
            "领域不同：需求属材料，成果属能源",
            "Different fields: the demand is in 材料, the achievement in 能源",
        ),
        (
            say.maturity_reason(6, 7, 0.1).text,
            "成熟度 TRL 7，达到要求的 6",
            "Maturity TRL 7, as wanted (6)",
        ),
        (
            say.maturity_reason(6, 5, 0.1).text,
            "成熟度 TRL 5，低于要求的 6",
            "Maturity TRL 5, less than wanted (6)",
        ),
        (
            say.mode_reason(frozenset({"licence", "transfer"}), 0.1).text,
            "双方都接受转让、许可",
            "Both accept: 转让, 许可",
        ),
        (
            say.money_reason(WANT, Offer(id="o", title="y"), 0.1).text,
            "预算80万元，报价面议",
            "Budget: CNY 800,000; price: to be negotiated",
        ),
        (
            say.money_reason(WANT, CHEAP, 0.1).text,
            "报价50万元，在预算80万元以内",
            "The price (CNY 500,000) is within the budget (CNY 800,000)",
        ),
        (
            hard_constraint(WANT, OFFER)[1],
            "合作方式不合：需求要转让、作价入股，成果只能许可",
            (
                "No way of working together in common: "
                "the demand wants 转让, 作价入股, the achievement offers only 许可"
            ),
        ),
        (
            hard_constraint(Want(id="w", title="x", budget_fen=80_000_000), OFFER)[1],
            "报价120万元超过预算80万元",
            "The price (CNY 1.2 million) is beyond the budget (CNY 800,000)",
        ),
    ],
)
def test_a_reason_is_said_in_both_languages_and_again_once_stored(text, chinese, english):
    assert text == recalled(text.stored()) == recalled(text.as_text()) == chinese
    for said in (text, recalled(text.stored())):
        assert sentence(said.code, said.facts, "en") == english


def test_both_ways_agree_on_what_is_alike():
    want = Want(id="w", title="电池热管理冷板")
    index = LexicalIndex()
    index.write([want])
    wants, _ = Matcher().wants_for(
        OFFERS[0], Corpus(index, VectorStore.empty(), lambda ids: {"w": want})
    )
    assert wants[0].id == "w"


def test_what_the_asker_may_not_see_is_not_in_the_answer():
    hidden = corpus()
    blind = Corpus(hidden.index, hidden.vectors, lambda ids: {})
    assert Matcher().offers_for(Want(id="w", title="电池热管理"), blind) == ([], [])


def test_sense_finds_what_shares_no_word():
    embedder = E5Embedder(threads=1)
    vectors = VectorStore([o.id for o in OFFERS], embedder.passages([o.whole for o in OFFERS]))
    want = Want(id="w", title="储能器件过热怎么降温")
    matches, _ = Matcher().offers_for(want, corpus(vectors=vectors), embedder.query(want.whole))
    assert matches[0].id == "a"
    assert any(r.kind == "sense" and r.weight > 0 for r in matches[0].reasons)


def test_explain_names_one_pair():
    want = Want(id="w", title="海水淡化膜", budget_fen=500)
    found = corpus()
    assert isinstance(Matcher().explain(want, OFFERS[2], want, found, None), Refusal)
    assert Matcher().explain(want, OFFERS[0], want, found, None).id == "a"


def test_the_index_is_kept_on_disk_and_forgets(tmp_path):
    LexicalIndex(tmp_path / "i").write(OFFERS)
    again = LexicalIndex(tmp_path / "i")
    assert len(again) == 3
    again.write([], removed=["a"])
    assert "a" not in [i for i, _ in again.search(cut("电池热管理"), 9)]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"title": "x"}, "id"),
        ({"id": "1"}, "title"),
        ({"id": "1", "title": "x", "trl": 12}, "trl"),
        ({"id": "1", "title": "x", "modes": ["赠送"]}, "modes"),
        ({"id": "1", "title": "x", "price_fen": 1.5}, "price_fen"),
        ({"id": "1", "title": "x", "keywords": [1]}, "keywords"),
    ],
)
def test_bad_rows_name_their_field(row, field):
    with pytest.raises(Invalid) as caught:
        read_offer(row)
    assert caught.value.field == field


@given(st.text(max_size=60), st.integers(0, 10**9))
def test_any_text_matches_without_breaking(text, budget):
    want = read_want({"id": "w", "title": text or "x", "text": text or "y", "budget_fen": budget})
    matches, _ = Matcher().offers_for(want, SMALL)
    assert all(0 <= m.score <= 1 for m in matches)


SMALL = corpus()
