"""Matching: what answers is listed and quoted, what doesn't is not; limits keep out and say so."""

import unicodedata

import numpy as np
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
    sense,
)
from kechuang.engines.matching import reasons as say
from kechuang.engines.matching.answers import answers_of, letter, open_questions
from kechuang.engines.matching.lexical import pairs
from kechuang.engines.matching.match import hard_constraint
from kechuang.engines.matching.quantities import answers, figures
from kechuang.engines.matching.reading import needs, parts, sentences
from kechuang.engines.matching.sense import Remembering, unit
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


def test_the_fitting_one_is_listed_and_the_others_are_not():
    found = Matcher().offers_for(
        Want(id="w", title="动力电池热管理", field="新能源与节能", trl=6), corpus()
    )
    assert [(m.id, m.strength) for m in found.listed] == [("a", "strong")]
    assert {r.kind for r in found.listed[0].reasons} == {"field", "maturity", "money"}
    assert not found.nearest
    assert not found.refused


def test_field_and_maturity_never_make_something_relevant():
    """Fourteen achievements of the same field once answered an EMC problem."""
    alike = [
        Offer(id=str(n), title=f"光伏组件 {n}", text="清洁涂层", field="电子信息", trl=9)
        for n in range(5)
    ]
    want = Want(
        id="w", title="整车线束传导骚扰超标", text="充电时广播有杂音", field="电子信息", trl=3
    )
    found = Matcher().offers_for(want, corpus(alike))
    assert not found.listed
    assert all(m.chance < 0.05 for m in found.candidates)


def test_conditions_shift_the_order_of_what_is_relevant_only():
    same = {"title": "动力电池液冷热管理", "text": "微通道冷板"}
    offers = [
        Offer(id="a", **same),
        Offer(id="b", field="新能源与节能", trl=7, **same),
        *OFFERS[2:],
    ]
    want = Want(id="w", title="动力电池液冷热管理", field="新能源与节能", trl=6)
    found = Matcher().offers_for(want, corpus(offers))
    assert [m.id for m in found.listed] == ["b", "a"]


def test_a_price_beyond_the_budget_keeps_a_true_hit_out_and_says_why():
    want = Want(id="w", title="反渗透膜污染控制", modes=frozenset({"transfer"}), budget_fen=500)
    found = Matcher().offers_for(want, corpus())
    assert [(r.id, r.kind, r.strength) for r in found.refused if r.strength] == [
        ("c", "money", "strong")
    ]
    assert found.refused[0].text.code == "match.beyond_budget"
    assert all(m.id != "c" for m in found.candidates)
    assert hard_constraint(want, OFFERS[1])[0] == "mode"


def test_each_need_is_answered_by_a_quoted_sentence_or_said_to_be_open():
    offer = Offer(
        id="a",
        title="微通道冷板",
        text="针对动力电池快充发热。4C工况实测最大温差2.4℃。较口琴管冷板减重26%。已在中试线连续生产。",
    )
    asked = needs("电池包液冷", "要求快充时最大温差不超过3℃，冷板减重30%以上。噪声不高于45 dB。")
    assert [n.text for n in asked] == [
        "要求快充时最大温差不超过3℃",
        "冷板减重30%以上",
        "噪声不高于45 dB",
    ]
    heat, mass, noise = answers_of(asked, offer, lambda _pair: 1.0)
    assert (heat.verdict, heat.quote.text) == ("said", "4C工况实测最大温差2.4℃")
    assert (heat.asked.printed, heat.offered.printed) == ("3℃", "2.4℃")
    assert (mass.verdict, mass.quote.text) == ("not_met", "较口琴管冷板减重26%")
    assert (noise.verdict, noise.quote) == ("unsaid", None)
    assert [n.text for n in open_questions([heat, mass, noise])] == [
        mass.need.text,
        noise.need.text,
    ]
    assert offer.text[heat.quote.start :].startswith(heat.quote.text)
    paragraph = letter("电池包液冷", offer.title, [heat, mass, noise])
    assert "4C工况实测最大温差2.4℃" in paragraph
    assert "噪声不高于45 dB" in paragraph


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("不低于85%", ("share", 85.0, None)),
        ("減重兩成以上", ("share", 20.0, None)),
        ("透光多2.5个点", ("share", 2.5, 2.5)),
        ("膜厚20～30 μm", ("length", 2e-05, 3e-05)),
        ("温度控制在８０℃", ("temperature", None, 80.0)),
        ("抗拉强度从现在提到320MPa", ("pressure", 320e6, None)),
        ("压到0.5秒内", ("time", None, 0.5)),
        ("每亩500公斤以上", ("mass", 500.0, None)),
        ("处理量1.2万吨", ("mass", 1.2e7, 1.2e7)),
    ],
)
def test_a_figure_is_read_with_its_unit_and_bound(text, read):
    (figure,) = figures(text)
    assert (figure.dimension, figure.low, figure.high) == read


@pytest.mark.parametrize(
    "text", ["S-57海图", "AZ91D合金", "3D打印", "2022年", "第3条", "ISO9001认证", ""]
)
def test_a_name_or_a_year_is_no_figure(text):
    assert [f for f in figures(text) if f.dimension != "years"] == []


def test_what_a_figure_was_before_is_not_what_is_offered():
    offer = Offer(id="a", title="回弹补偿", text="与原方案对比，回弹量从6.0 毫米降到1.4 毫米")
    [told] = answers_of(needs("回弹", "回弹量不高于1.4 毫米"), offer, lambda _pair: 1.0)
    assert (told.verdict, told.offered.printed) == ("said", "1.4 毫米")


def test_figures_are_compared_in_one_unit_and_only_of_one_kind():
    ask, have = figures("不超过3 mm")[0], figures("偏差200μm")[0]
    assert answers(ask, have) is True
    assert answers(figures("不低于1 kg")[0], figures("重 900 g")[0]) is False
    assert answers(ask, figures("用了3 s")[0]) is None


def test_praise_of_the_firm_is_not_looked_for_and_another_question_is_looked_for_apart():
    text = (
        "我公司荣获省级企业技术中心称号，占地60亩。现有盖板玻璃一擦就花，求结实的镀膜办法。"
        "另外，纯水机的RO膜半年就结垢，求合适药剂。"
    )
    first, second = parts("增透膜不耐擦", text)
    assert first == "增透膜不耐擦。现有盖板玻璃一擦就花，求结实的镀膜办法"
    assert second == "纯水机的RO膜半年就结垢，求合适药剂"
    assert all("荣获" not in n.text for n in needs("增透膜不耐擦", text))


@given(st.text(max_size=200))
def test_sentences_and_needs_stand_where_they_say(text):
    for piece in sentences(text):
        assert text[piece.start : piece.end] == piece.text
    for need in needs("", text):
        assert need.kind == "title" or text[need.start :].startswith(need.text)


def test_unknown_is_not_a_refusal():
    assert hard_constraint(Want(id="w", title="x"), OFFERS[2]) is None
    assert hard_constraint(Want(id="w", title="x", budget_fen=1), OFFERS[1]) is None


WANT = Want(id="w", title="x", modes=frozenset({"transfer", "equity"}), budget_fen=80_000_000)
OFFER = Offer(id="o", title="y", modes=frozenset({"licence"}), price_fen=120_000_000)
CHEAP = Offer(id="o", title="y", price_fen=50_000_000)


@pytest.mark.parametrize(
    ("text", "chinese", "english"),
    [
        (say.field_reason("材料", "材料").text, "同属材料", "Same field: 材料"),
        (
            say.field_reason("材料", "能源").text,
            "领域不同：需求属材料，成果属能源",
            "Different fields: the demand is in 材料, the achievement in 能源",
        ),
        (
            say.maturity_reason(6, 7).text,
            "成熟度 TRL 7，达到要求的 6",
            "Maturity TRL 7, as wanted (6)",
        ),
        (
            say.maturity_reason(6, 5).text,
            "成熟度 TRL 5，低于要求的 6",
            "Maturity TRL 5, less than wanted (6)",
        ),
        (
            say.mode_reason(frozenset({"licence", "transfer"})).text,
            "双方都接受转让、许可",
            "Both accept: 转让, 许可",
        ),
        (
            say.money_reason(WANT, Offer(id="o", title="y")).text,
            "预算80万元，报价面议",
            "Budget: CNY 800,000; price: to be negotiated",
        ),
        (
            say.money_reason(WANT, CHEAP).text,
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
    want = Want(id="w", title="动力电池热管理冷板")
    index = LexicalIndex()
    index.write([want])
    found = Matcher().wants_for(
        OFFERS[0], Corpus(index, VectorStore.empty(), lambda ids: {"w": want} if "w" in ids else {})
    )
    assert [m.id for m in found.listed] == ["w"]


def test_what_the_asker_may_not_see_is_not_in_the_answer():
    hidden = corpus()
    blind = Corpus(hidden.index, hidden.vectors, lambda ids: {})
    found = Matcher().offers_for(Want(id="w", title="电池热管理"), blind)
    assert (found.candidates, found.refused) == ((), ())


def test_sense_finds_what_shares_no_word():
    embedder = E5Embedder(threads=1)
    vectors = VectorStore([o.id for o in OFFERS], embedder.passages([o.whole for o in OFFERS]))
    want = Want(id="w", title="储能器件过热怎么降温")
    found = Matcher().offers_for(want, corpus(vectors=vectors), embedder)
    assert found.candidates[0].id == "a"


def test_explain_names_one_pair():
    want = Want(id="w", title="海水淡化膜", budget_fen=500)
    found = corpus()
    assert isinstance(Matcher().explain(want, OFFERS[2], want, found, None), Refusal)
    told = Matcher().explain(want, OFFERS[0], want, found, None)
    assert (told.id, told.strength) == ("a", "")
    assert [a.verdict for a in told.answers] == ["unsaid"]


def _crowded(count=200):
    dice = np.random.default_rng(3)
    matrix = dice.normal(size=(count, 384)).astype(np.float32) + 2.0
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def test_strangers_lie_about_nought_once_the_middle_is_taken_off():
    store = VectorStore([str(n) for n in range(200)], _crowded())
    seen = unit(store.matrix[7] - store.middle)
    (first, cosine), *rest = store.nearest(seen, 20)
    assert (first, round(cosine, 3)) == ("7", 1.0)
    assert max(c for _, c in rest) < 0.3
    assert store.spread(seen).mean == pytest.approx(0.0, abs=0.02)
    assert store.cosines(["7", "nobody"], seen)[0] == pytest.approx(1.0, abs=1e-3)
    assert np.isnan(store.cosines(["7", "nobody"], seen)[1])


def test_a_large_store_searched_by_signs_finds_what_every_cosine_would(monkeypatch):
    store = VectorStore([str(n) for n in range(5000)], _crowded(5000))
    seen = unit(store.matrix[42] + 0.5 * store.matrix[99] - 1.5 * store.middle)
    every = [i for i, _ in store.nearest(seen, 5)]
    monkeypatch.setattr(sense, "BRUTE", 100)
    assert [i for i, _ in store.nearest(seen, 5)][:2] == every[:2] == ["42", "99"]


def test_the_index_is_kept_on_disk_and_forgets(tmp_path):
    LexicalIndex(tmp_path / "i").write(OFFERS)
    again = LexicalIndex(tmp_path / "i")
    assert len(again) == 3
    again.write([], removed=["a"])
    assert "a" not in [i for i, _ in again.search(pairs("电池热管理"), 9)]


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
    found = Matcher().offers_for(want, SMALL)
    assert all(0 <= m.chance <= 1 for m in found.candidates)


SMALL = corpus()


class Counting:
    model, size = "counting", 2
    middle = passage_middle = np.zeros(2, dtype=np.float32)

    def __init__(self):
        self.asked = []

    def passages(self, texts):
        self.asked += texts
        return np.array([[len(t), 1] for t in texts], dtype=np.float32)

    queries = passages


def test_what_was_embedded_of_late_is_not_embedded_again():
    inner = Counting()
    known = Remembering(inner, most=3)
    assert known.passages(["a", "bb", "a"]).tolist() == [[1, 1], [2, 1], [1, 1]]
    assert known.passages(["bb", "a"]).tolist() == [[2, 1], [1, 1]]
    assert inner.asked == ["a", "bb"]
    known.queries(["a", "ccc"])  # a query is another vector than a passage
    assert inner.asked == ["a", "bb", "a", "ccc"]
    known.passages(["a"])
    known.passages(["bb"])  # forgotten: the longest unused went first
    assert inner.asked == ["a", "bb", "a", "ccc", "bb"]
    assert known.passages([]).shape == (0, 2)
