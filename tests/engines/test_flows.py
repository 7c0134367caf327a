"""Flows by month: the period's own and the year's to date."""

import calendar
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.planning import Flow, other_meaning, to_date


def month(n, value, *, own, year=2026):
    last = calendar.monthrange(year, n)[1]
    return Flow(date(year, n, 1), date(year, n, last), Decimal(value), own)


def told(*flows):
    return {f"{d:%m-%d}": (int(t.value), t.parts) for d, t in to_date(flows).items()}


def test_own_figures_are_added_up_and_never_over_a_gap():
    own = [month(n, 10, own=True) for n in (1, 2, 4)]
    assert told(*own) == {"01-31": (10, 1), "02-28": (20, 2)}
    assert told(*own, month(3, 33, own=False)) == {
        "01-31": (10, 1),
        "02-28": (20, 2),
        "03-31": (33, 0),
        "04-30": (43, 1),
    }


def test_a_quarter_goes_on_where_another_ended_and_a_year_begins_at_nothing():
    first = Flow(date(2026, 1, 1), date(2026, 3, 31), Decimal(30), own=True)
    assert told(first, month(4, 5, own=True)) == {"03-31": (30, 1), "04-30": (35, 2)}
    assert told(month(12, 99, own=False, year=2025), month(1, 4, own=True)) == {
        "12-31": (99, 0),
        "01-31": (4, 1),
    }


def test_what_was_reported_to_date_goes_before_what_is_added_up():
    both = [month(1, 10, own=True), month(1, 12, own=False), month(2, 5, own=True)]
    assert told(*both) == {"01-31": (12, 0), "02-28": (17, 1)}


@pytest.mark.parametrize(
    ("flow", "looks"),
    [
        (month(3, 19, own=False), "falls"),
        (month(3, 20, own=False), ""),
        (month(3, 20, own=True), "sums"),
        (month(3, 19, own=True), ""),
        (month(3, 1, own=False, year=2027), ""),
    ],
)
def test_a_figure_of_the_other_meaning_is_noticed(flow, looks):
    assert other_meaning(flow, [month(1, 10, own=True), month(2, 10, own=True)]) == looks


def test_a_second_month_larger_than_the_first_says_nothing():
    assert other_meaning(month(2, 11, own=True), [month(1, 10, own=True)]) == ""
    assert other_meaning(month(2, 11, own=True), []) == ""


@given(st.lists(st.integers(0, 10**9), min_size=12, max_size=12), st.randoms())
def test_own_and_to_date_tell_the_same_year_in_any_order(values, chance):
    own = [month(n, v, own=True) for n, v in enumerate(values, 1)]
    sums = [month(n, sum(values[:n]), own=False) for n in range(1, 13)]
    mixed = [chance.choice(pair) for pair in zip(own, sums, strict=True)]
    chance.shuffle(mixed)
    assert {d: t.value for d, t in to_date(mixed).items()} == {f.end: f.value for f in sums}
