"""Two books side by side: every row in one pile, to the fen; every reason proved by its rows."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import Line, Rules, Sum, reconcile

START = date(2026, 1, 1)
LIST = Rules({"name": "名称"}, START, date(2026, 6, 30), "津南区", date(2026, 7, 15))
DAYS = st.none() | st.integers(-90, 290).map(lambda n: START + timedelta(n))
ROWS = st.lists(
    st.builds(
        lambda key, name, fen, day, place: (key, name, fen, {"day": day, "place": place}),
        st.sampled_from(["", "", "1", "2", "3", "4"]),
        st.sampled_from(["甲有限公司", "甲", "乙公司", "丙", ""]),
        st.none() | st.integers(0, 10**14),
        DAYS,
        st.sampled_from(["", "津南区", "西青区"]),
    ),
    max_size=14,
)


def lines(rows, side):
    return [Line(k, n, f, f"{side}{i}", fen) for i, (k, n, fen, f) in enumerate(rows)]


def counted(found):
    return Sum(len(found), sum(x.fen or 0 for x in found), sum(x.fen is None for x in found))


@given(ROWS, ROWS)
def test_three_piles_add_up_to_both_books_to_the_row_and_the_fen(left, right):
    theirs, ours = lines(left, "t"), lines(right, "o")
    piles = reconcile(theirs, ours, LIST)
    assert piles.sums["theirs"] == counted(theirs)
    assert piles.sums["ours"] == counted(ours)
    shown = [p.theirs.ref for p in piles.pairs] + [x.line.ref for x in piles.only_theirs]
    assert sorted(shown) == sorted(x.ref for x in theirs)
    shown = [p.ours.ref for p in piles.pairs] + [x.line.ref for x in piles.only_ours]
    assert sorted(shown) == sorted(x.ref for x in ours)
    assert len(piles.same) + len(piles.different) == len(piles.pairs)


@given(ROWS, ROWS)
def test_every_reason_is_proved_by_the_rows_it_names(left, right):
    theirs, ours = lines(left, "t"), lines(right, "o")
    piles = reconcile(theirs, ours, LIST)
    for x in (*piles.only_theirs, *piles.only_ours):
        mine, other = (ours, theirs) if x in piles.only_ours else (theirs, ours)
        if x.kind == "twice":
            assert x.proof[0].key == x.line.key
            assert x.proof[0] is not x.line
            assert x.proof[0] in mine
        elif x.kind == "key":
            assert not x.line.key
        elif x.kind == "name":
            assert x.proof
            assert all(row in other for row in x.proof)
        elif x.kind == "place":
            assert x.line.facts["place"] == "西青区"
        elif x.kind == "day":
            assert not START <= x.line.facts["day"] <= LIST.end
        elif x.kind == "late":
            assert 0 <= (LIST.published_on - x.line.facts["day"]).days <= 30
        else:
            assert x.line.key not in {row.key for row in other}


def test_a_row_without_a_code_stays_and_explains_ours():
    bad = Line("", "甲有限公司", {}, "4", 500, Said("lonely.no_key"))
    mine = Line("9", "甲有限公司", {"day": date(2026, 6, 25)}, "7", 500)
    piles = reconcile([bad], [mine], LIST)
    assert [(x.line.ref, x.kind) for x in piles.only_theirs] == [("4", "key")]
    (lonely,) = piles.only_ours
    assert (lonely.kind, lonely.proof) == ("name", (bad,))
    assert "第 4 行同名" in lonely.reason
    assert [why.code for _, _, why in piles.doubtful] == ["doubt.same_name_no_key"]


def test_of_rows_with_one_number_those_pair_that_agree():
    theirs = [Line("1", "甲", {"name": "乙"}, "2"), Line("1", "甲", {"name": "甲"}, "3")]
    ours = [Line("1", "甲", {"name": "甲"}, "8"), Line("1", "甲", {"name": "丙"}, "9")]
    piles = reconcile(theirs, ours, LIST)
    assert [(p.theirs.ref, p.ours.ref, p.differences) for p in piles.pairs] == [("3", "8", ())]
    assert [(x.line.ref, x.kind) for x in piles.only_theirs] == [("2", "twice")]
    assert [(x.line.ref, x.kind) for x in piles.only_ours] == [("9", "twice")]


def test_a_former_name_is_no_difference_and_an_unread_amount_is_one():
    ours = Line("1", "新名", {"name": "新名", "former_names": ["旧名"], "amount": "1"}, "8")
    theirs = Line("1", "旧名", {"name": "旧名", "unread": ("amount",)}, "5")
    compare = Rules({"name": "名称", "amount": "成交额"})
    (pair,) = reconcile([theirs], [ours], compare).pairs
    assert pair.differences == ("对方第 5 行的成交额读不出",)
