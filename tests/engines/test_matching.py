"""Matching: reasons add up to the score, constraints keep out, unknown is not a refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.base.errors import Invalid
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
from kechuang.engines.matching.match import hard_constraint
from kechuang.engines.text import Lexicon, comparable, cut

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
    assert "电池" in next(r.text for r in matches[0].reasons if r.kind == "words")


def test_a_price_beyond_the_budget_and_a_foreign_mode_keep_out_and_say_why():
    want = Want(id="w", title="海水淡化膜污染", modes=frozenset({"transfer"}), budget_fen=500)
    matches, refused = Matcher().offers_for(want, corpus())
    assert [(r.id, r.kind) for r in refused] == [("c", "money")]
    assert "超过预算" in refused[0].text
    assert all(m.id != "c" for m in matches)
    assert hard_constraint(want, OFFERS[1])[0] == "mode"


def test_unknown_is_not_a_refusal():
    assert hard_constraint(Want(id="w", title="x"), OFFERS[2]) is None
    assert hard_constraint(Want(id="w", title="x", budget_fen=1), OFFERS[1]) is None


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
