"""Ways, standing, forecasts, working days, ratios, two books side by side."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.base.errors import Invalid
from kechuang.engines.planning import (
    Forecast,
    Goal,
    LightRules,
    Line,
    Rules,
    Workdays,
    flow_forecast,
    line_forecast,
    path_of,
    ratio,
    reconcile,
    stand,
    suspicious,
)

BEGIN, END = date(2020, 1, 1), date(2022, 12, 31)
GOAL = Goal("level", BEGIN, END, Fraction(100), Fraction(0))
RULES = LightRules(10, 30, 400)


def light(value, day, goal=GOAL, forecast=None, today=None):
    return stand(goal, value, day, today or day, path_of(goal), RULES, forecast).light


def test_a_target_without_a_number_or_a_value_is_not_judged():
    assert stand(None, Fraction(3), END, END, None, RULES).light == "unknown"
    assert stand(GOAL, None, None, END, path_of(GOAL), RULES).light == "unknown"


def test_lights_follow_the_points_behind_the_way():
    middle = BEGIN + (END - BEGIN) / 2
    expected = path_of(GOAL).at(middle)
    assert light(expected, middle) == "on_track"
    assert light(expected - 10, middle) == "on_track"
    assert light(expected - 10 - Fraction(1, 1000), middle) == "at_risk"
    assert light(expected - 30, middle) == "at_risk"
    assert light(expected - 31, middle) == "behind"
    assert light(Fraction(100), middle) == "reached"
    assert light(Fraction(99), END) == "missed"
    assert light(expected, middle, today=middle + timedelta(401)) == "unknown"


def test_a_strict_bound_is_not_reached_at_the_figure():
    strict = Goal("level", BEGIN, END, Fraction(100), Fraction(0), strict=True)
    assert light(Fraction(100), END, strict) == "missed"
    assert light(Fraction(101), END, strict) == "reached"


def test_less_is_better_when_the_target_says_so():
    goal = Goal("level", BEGIN, END, Fraction(60), Fraction(100), down=True)
    assert light(Fraction(60), END, goal) == "reached"
    assert light(Fraction(99), END - timedelta(30), goal) == "behind"


def test_a_forecast_that_misses_at_its_best_end_warns():
    middle = BEGIN + (END - BEGIN) / 2
    low = Forecast(END, 80.0, 70.0, 90.0)
    assert light(path_of(GOAL).at(middle), middle, forecast=low) == "at_risk"


def test_year_marks_bend_the_way():
    goal = Goal(
        "level", BEGIN, END, Fraction(100), Fraction(0), ((date(2020, 12, 31), Fraction(80)),)
    )
    assert path_of(goal).at(date(2020, 12, 31)) == 80
    assert path_of(goal).how == "marks"


def test_a_flow_follows_the_months_of_earlier_years():
    months = [{m: Fraction(1 if m < 12 else 89) for m in range(1, 13)}] * 2
    path = path_of(Goal("flow", BEGIN, END, Fraction(100)), months)
    assert path.how == "seasonal"
    assert path.at(date(2022, 11, 30)) == 11
    assert path.at(END) == 100
    assert path_of(Goal("flow", BEGIN, END, Fraction(100)), months[:1]).how == "linear"


def test_no_baseline_no_way():
    assert path_of(Goal("level", BEGIN, END, Fraction(9))).how == "none"


@given(st.integers(1, 50), st.integers(-50, 50))
def test_the_line_through_points_on_a_line_is_that_line(slope, start):
    points = [(BEGIN + timedelta(30 * i), float(start + slope * 30 * i)) for i in range(6)]
    found = line_forecast(points, BEGIN + timedelta(300))
    assert found.value == pytest.approx(start + slope * 300)
    assert found.low <= found.value <= found.high


def test_forecasts_say_why_there_is_none():
    assert "至少" in line_forecast([(BEGIN, 1.0)], END).why
    early = {m: Fraction(2 if m < 7 else 0) for m in range(1, 13)}
    even = {m: Fraction(1) for m in range(1, 13)}
    assert "至少" in flow_forecast(10, date(2022, 6, 30), [even]).why
    year = flow_forecast(50, date(2022, 6, 30), [even, early])
    assert (year.low, year.high) == (50, 100)


def test_working_days_count_holidays_and_worked_weekends():
    days = Workdays(
        frozenset({date(2026, 10, 1), date(2026, 10, 2)}),
        frozenset({date(2026, 10, 10)}),
        date(2026, 12, 31),
    )
    assert days.after(date(2026, 9, 30), 1) == date(2026, 10, 5)
    assert days.between(date(2026, 10, 8), date(2026, 10, 12)) == 3
    assert days.after(date(2026, 10, 5), -1) == date(2026, 9, 30)


def test_ratios_refuse_a_denominator_of_zero():
    assert ratio(Decimal(1), Decimal(3)).percent == Decimal("33.3333")
    for bad in (Decimal(0), Decimal(-1)):
        with pytest.raises(Invalid, match="分母"):
            ratio(Decimal(1), bad)


def test_a_jump_asks_and_a_step_does_not():
    assert "万元" in suspicious(Decimal(500000), Decimal(48))
    assert "亿元" in suspicious(Decimal("0.0048"), Decimal(48))
    assert suspicious(Decimal(60), Decimal(48)) is None
    assert suspicious(Decimal(60), None) is None


def test_two_books_make_piles_with_reasons():
    rules = Rules(
        {"value": "金额"}, date(2026, 1, 1), date(2026, 6, 30), "津南区", date(2026, 7, 15)
    )
    theirs = [
        Line("A", "甲有限公司", {"value": 1}),
        Line("B", "乙公司", {"value": 2}),
        Line("B", "乙公司", {"value": 2}),
        Line("C", "丙公司", {"place": "西青区"}),
        Line("X9", "丁有限公司"),
    ]
    ours = [
        Line("A", "甲有限公司", {"value": 1}),
        Line("B", "乙公司", {"value": 3}),
        Line("E", "戊公司", {"day": date(2026, 7, 2)}),
        Line("F", "己公司", {"day": date(2026, 6, 25)}),
        Line("D", "丁", {"day": date(2026, 3, 1)}),
    ]
    piles = reconcile(theirs, ours, rules)
    assert [p.ours.key for p in piles.same] == ["A"]
    assert piles.different[0].differences == ("金额不同：对方 2，我方 3",)
    assert [x.kind for x in piles.only_theirs] == ["twice", "place", "name"]
    assert [x.kind for x in piles.only_ours] == ["day", "late", "name"]
    assert [(a.key, b.key) for a, b, _ in piles.doubtful] == [("X9", "D")]
    assert [x.line.key for x in piles.only_theirs if x.kind == "twice"] == ["B"]
