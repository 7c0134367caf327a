"""What plans come to, in figures and words: standing, ways, forecasts, days, jumps, circles, lonely
rows.
"""

import math
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import linear_regression

import pytest

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import (
    Forecast,
    Goal,
    Line,
    Rules,
    Workdays,
    flow_forecast,
    line_forecast,
    month_shares,
    path_of,
    ratio,
    reconcile,
    stand,
    suspicious,
)
from kechuang.engines.planning.waiting import circle, out_of_order
from tests.engines.test_planning import BEGIN, END, GOAL, RULES, light


def standing(value, day, goal=GOAL, forecast=None):
    return stand(goal, value, day, day, path_of(goal), RULES, forecast)


def test_a_standing_says_gap_share_and_lag_in_figures_and_words():
    goal = Goal("level", date(2020, 1, 1), date(2020, 1, 11), Fraction(120), Fraction(20))
    middle = date(2020, 1, 6)  # the way stands at 70
    behind = standing(Fraction(30), middle, goal)
    assert (behind.gap, behind.expected, behind.done, behind.lag_points) == (
        90,
        70,
        Fraction(1, 10),
        40,
    )
    assert behind.why == "落后轨迹 40 个点，超过 30"
    at_risk = standing(Fraction(110, 2), middle, goal)
    assert (at_risk.light, at_risk.why, at_risk.done) == (
        "at_risk",
        "落后轨迹 15 个点，超过 10",
        Fraction(7, 20),
    )
    little = standing(Fraction(277, 4), middle, goal)
    assert (little.light, little.why) == ("on_track", "落后轨迹 0.8 个点，在允许之内")
    assert (little.gap, little.expected, little.lag_points) == (
        Fraction(203, 4),
        70,
        Fraction(3, 4),
    )
    near = standing(Fraction(5496, 100), middle, goal)
    assert near.why == "落后轨迹 15 个点，超过 10"  # 15.04, said to one place
    assert standing(Fraction(70), middle, goal).why == "不落后"
    assert standing(Fraction(71), middle, goal).lag_points == -1
    reached = standing(Fraction(120), middle, goal)
    assert (reached.why, reached.gap, reached.done) == ("已达到目标", 0, 1)
    missed = standing(Fraction(119), goal.by, goal)
    assert (missed.why, missed.gap) == ("到期没有达到目标", 1)
    assert standing(Fraction(239, 2), goal.by, goal).gap == Fraction(1, 2)


def test_where_less_is_better_gap_and_share_count_downwards():
    goal = Goal(
        "level", date(2020, 1, 1), date(2020, 1, 11), Fraction(60), Fraction(100), down=True
    )
    found = standing(Fraction(90), date(2020, 1, 6), goal)
    assert (found.gap, found.expected, found.done, found.lag_points) == (30, 80, Fraction(1, 4), 25)
    assert found.light == "at_risk"
    strict = Goal("level", BEGIN, END, Fraction(60), Fraction(100), down=True, strict=True)
    assert not strict.reached(Fraction(60))
    assert strict.reached(Fraction(59))


def test_a_flow_begins_anew_at_nothing_whatever_its_baseline():
    goal = Goal("flow", BEGIN, END, Fraction(100), Fraction(60))
    day = date(2022, 7, 2)  # half of the year's 364 days from its first to its last
    found = standing(Fraction(25), day, goal)
    assert (found.expected, found.done, found.lag_points) == (50, Fraction(1, 4), 25)


def test_a_goal_that_stands_at_its_baseline_is_judged_in_its_own_unit():
    goal = Goal("level", BEGIN, END, Fraction(5), Fraction(5))
    found = standing(Fraction(4), date(2021, 1, 1), goal)
    assert (found.lag_points, found.done, found.light) == (100, -1, "behind")


def test_what_is_not_judged_says_why():
    day = date(2021, 1, 1)
    assert stand(None, Fraction(3), day, day, None, RULES).why == "目标没有数字，不作判断"
    for value, observed_on in ((None, day), (Fraction(3), None)):
        found = stand(GOAL, value, observed_on, day, path_of(GOAL), RULES)
        assert (found.light, found.why) == ("unknown", "还没有可用的数")
    old = stand(GOAL, Fraction(3), day, day + timedelta(401), path_of(GOAL), RULES)
    assert (old.why, old.gap) == ("最近的数是 2021-01-01，已超过 400 天", 97)
    assert (
        stand(GOAL, Fraction(3), day, day + timedelta(400), path_of(GOAL), RULES).light == "behind"
    )
    bare = Goal("level", BEGIN, END, Fraction(9))
    found = standing(Fraction(3), day, bare)
    assert (found.light, found.why, found.gap) == ("unknown", "没有基期数，画不出轨迹", 6)
    assert stand(GOAL, Fraction(3), day, day, None, RULES).why == "没有轨迹可比"
    early = standing(Fraction(3), BEGIN - timedelta(1))
    assert (early.light, early.why) == ("unknown", "没有轨迹可比")


def test_a_forecast_warns_only_when_its_best_end_falls_short():
    middle = BEGIN + (END - BEGIN) / 2
    value = path_of(GOAL).at(middle)
    warned = standing(value, middle, forecast=Forecast(END, 80.0, 70.0, 99.0))
    assert warned.why == "现在在轨迹上，但照此外推，到期连区间的好的一端也达不到目标"
    assert warned.expected == value
    assert light(value, middle, forecast=Forecast(END, 80.0, 70.0, 100.0)) == "on_track"
    assert light(value, middle, forecast=Forecast(END, why="太少")) == "on_track"
    down = Goal("level", BEGIN, END, Fraction(60), Fraction(100), down=True)
    good = path_of(down).at(middle)
    assert light(good, middle, down, Forecast(END, 70.0, 61.0, 80.0)) == "at_risk"
    assert light(good, middle, down, Forecast(END, 70.0, 60.0, 80.0)) == "on_track"


def test_a_way_is_straight_between_its_points_and_stays_at_its_end():
    goal = Goal(
        "level",
        date(2020, 1, 1),
        date(2020, 1, 21),
        Fraction(100),
        Fraction(10),
        ((date(2020, 1, 11), Fraction(30)),),
    )
    path = path_of(goal)
    days = [date(2019, 12, 31), *(date(2020, 1, n) for n in (1, 6, 11, 16, 21)), END]
    assert [path.at(d) for d in days] == [None, 10, 20, 30, 65, 100, 100]
    unknown = path_of(replace(goal, baseline=None))
    assert (unknown.how, unknown.at(date(2020, 1, 10)), unknown.at(date(2020, 1, 16))) == (
        "marks",
        None,
        65,
    )
    assert path_of(replace(goal, marks=())).how == "linear"


def test_a_flow_with_too_few_years_goes_by_days_and_begins_each_year_at_nothing():
    goal = Goal("flow", BEGIN, END, Fraction(200), marks=((date(2021, 12, 31), Fraction(100)),))
    path = path_of(goal)
    assert (path.how, path.why) == ("linear", "不足两个各月都清楚的年度，当年按天数平均")
    days = [date(2021, 7, 2), date(2021, 12, 31), date(2022, 1, 1), date(2022, 7, 2), END]
    assert [path.at(d) for d in days] == [50, 100, 0, 100, 200]


def test_the_months_of_complete_years_alone_make_shares_and_a_day_is_its_part_of_a_month():
    even = {m: Fraction(1) for m in range(1, 13)}
    late = {m: Fraction(12 if m == 12 else 0) for m in range(1, 13)}
    empty = dict.fromkeys(range(1, 13), Fraction(0))
    half = {m: Fraction(1) for m in range(1, 7)}
    small = {m: Fraction(1, 24) for m in range(1, 13)}
    shares = month_shares([even, late, empty, half])
    assert shares == {**dict.fromkeys(range(1, 12), Fraction(1, 24)), 12: Fraction(13, 24)}
    assert month_shares([even, empty, half]) == {}
    assert month_shares([small, small])[1] == Fraction(1, 12)
    path = path_of(Goal("flow", BEGIN, END, Fraction(240)), [even, late])
    assert path.at(date(2022, 1, 31)) == 10
    assert path.at(date(2022, 2, 14)) == 15
    assert path.at(date(2022, 12, 31)) == 240
    assert path.at(date(2021, 6, 30)) is None


def test_a_forecast_of_a_level_is_the_textbook_interval():
    points = [(BEGIN + timedelta(n), v) for n, v in enumerate((1.0, 3.0, 2.0, 4.0))]
    found = line_forecast(points, BEGIN + timedelta(5))
    # slope 0.8, mean 2.5 at 1.5; residual sum 1.8, two degrees of freedom, t(0.9) = 1.886
    half = 1.886 * math.sqrt(1.8 / 2) * math.sqrt(1 + 1 / 4 + 3.5**2 / 5)
    assert found.value == pytest.approx(5.3)
    assert (found.low, found.high) == (pytest.approx(5.3 - half), pytest.approx(5.3 + half))
    assert (found.day, found.how) == (BEGIN + timedelta(5), "4 个观测值的直线外推，区间 80%")


@pytest.mark.parametrize(("count", "t"), [(17, 1.341), (18, 1.29)])
def test_many_observations_take_the_last_of_the_table_and_then_its_limit(count, t):
    values = [float(n % 2) for n in range(count)]
    points = [(BEGIN + timedelta(n), v) for n, v in enumerate(values)]
    xs = range(count)
    slope, cut = linear_regression(xs, values)
    rest = sum((v - cut - slope * x) ** 2 for x, v in zip(xs, values, strict=True))
    middle, spread = (count - 1) / 2, sum((x - (count - 1) / 2) ** 2 for x in xs)
    half = (
        t
        * math.sqrt(rest / (count - 2))
        * math.sqrt(1 + 1 / count + (count + 9 - middle) ** 2 / spread)
    )
    found = line_forecast(points, BEGIN + timedelta(count + 9))
    assert found.high - found.low == pytest.approx(2 * half)


def test_observations_count_by_their_days():
    doubled = [(BEGIN, 1.0), (BEGIN, 2.0), (BEGIN + timedelta(1), 3.0), (END, 4.0)]
    found = line_forecast(doubled, END)
    assert (found.day, found.value, found.why) == (
        END,
        None,
        "只有 3 个观测值，至少要 4 个才作预测",
    )
    assert line_forecast([*doubled, (END - timedelta(9), 4.0)], END).why == ""


def test_a_flow_ends_where_earlier_years_would_end_it():
    years = [
        {**dict.fromkeys(range(1, 13), Fraction(0)), 6: Fraction(s), 12: Fraction(10 - s)}
        for s in (4, 5, 0)
    ]
    june = date(END.year, 6, 30)
    year = flow_forecast(45, june, years)
    assert (year.day, year.value, year.low, year.high) == (
        END,
        pytest.approx(100),
        90,
        pytest.approx(112.5),
    )
    assert year.how == "按前 2 年同期（到 6 月 30 日）已完成的比例推算，区间是各年之间的范围"
    few = flow_forecast(45, june, years[1:])
    assert (few.day, few.why) == (END, "只有 1 个各月都清楚的年度可比，至少要 2 个才作预测")


def test_working_days_count_backwards_and_from_a_day_of_rest():
    days = Workdays(frozenset({date(2026, 10, 5)}), frozenset({date(2026, 10, 10)}))
    saturday = date(2026, 10, 3)
    assert days.after(saturday, 0) == date(2026, 10, 6)
    assert days.after(date(2026, 10, 6), 0) == date(2026, 10, 6)
    assert days.between(saturday, date(2026, 10, 10)) == 5
    assert days.between(date(2026, 10, 10), saturday) == -5
    assert days.between(saturday, saturday) == 0
    assert days.between(date(2026, 10, 5), date(2026, 10, 9)) == 4


def test_a_ratio_is_exact_and_shown_half_up():
    assert ratio(Decimal(1), Decimal("0.5")).exact == 2
    assert ratio(Decimal(1), Decimal(800000)).percent == Decimal("0.0001")
    assert ratio(Decimal(1), Decimal(2000000)).percent == Decimal("0.0001")
    assert ratio(Decimal(1), Decimal(2000001)).percent == 0
    with pytest.raises(Invalid) as caught:
        ratio(Decimal(1), Decimal(0), "total")
    assert caught.value.field == "total"
    with pytest.raises(Invalid) as caught:
        ratio(Decimal(1), Decimal(0))
    assert caught.value.field == "denominator"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("8", "这个数是上一期（1）的约 8 倍？核对后可以照样提交"),
        ("1000", "这个数是上一期（1）的约 1000 倍？核对后可以照样提交"),
        (
            "1000.5",
            "这个数是上一期（1）的约 1000 倍，单位是不是写成了万元？核对后可以照样提交",
        ),
        ("7.99", None),
        ("0.126", None),
        ("0.125", "这个数只有上一期（1）的约 1/8？核对后可以照样提交"),
        ("0.001", "这个数只有上一期（1）的约 1/1000？核对后可以照样提交"),
        (
            "0.0009995",
            "这个数只有上一期（1）的约 1/1001，单位是不是写成了亿元？核对后可以照样提交",
        ),
        ("0", None),
        ("-9", None),
    ],
)
def test_a_jump_is_asked_about_from_eight_times_and_a_unit_from_a_thousand(value, words):
    assert suspicious(Decimal(value), Decimal(1)) == words


def test_nothing_is_a_jump_from_nothing():
    assert suspicious(Decimal(9), Decimal(0)) is None
    assert suspicious(Decimal(9), Decimal(-1)) is None
    assert suspicious(Decimal(9), Decimal("0.5")) is not None


def test_a_circle_of_waiting_is_named_in_its_order_and_a_late_one_is_found():
    assert circle({"a": ["b"], "b": ["c"]}) == ()
    found = circle({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})
    assert sorted(found) == ["a", "b", "c"]
    assert found in {("a", "b", "c"), ("b", "c", "a"), ("c", "a", "b")}
    due = {"a": date(2026, 1, 1), "b": date(2026, 1, 2), "c": date(2026, 1, 1)}
    waits = {"a": ["b", "c", "x"], "b": ["a"], "x": ["b"]}
    assert out_of_order(due, waits) == [("a", "b")]


LIST = Rules({"value": "金额"}, date(2026, 1, 1), date(2026, 6, 30), "津南区", date(2026, 7, 15))


def lonely(found):
    return [(x.line.key, x.kind, x.reason) for x in found]


def test_a_row_that_only_we_have_gets_a_reason_that_its_day_proves():
    days = [date(2026, 7, 1), date(2025, 12, 31), date(2026, 6, 16), date(2026, 6, 14)]
    ours = [Line(f"{n}", f"{n}", {"day": d}) for n, d in enumerate(days)]
    ours += [Line("8", "8", {"day": date(2026, 6, 30)}), Line("9", "9", {"day": date(2026, 1, 1)})]
    assert lonely(reconcile([], ours, LIST).only_ours) == [
        ("0", "day", "日期 2026-07-01 在统计截止（2026-06-30）之后"),
        ("1", "day", "日期 2025-12-31 在统计起始（2026-01-01）之前"),
        ("2", "late", "日期 2026-06-16，比对方公布（2026-07-15）早 29 天"),
        ("3", "unknown", "对方名单里没有 3，也没有同名的行"),
        ("8", "late", "日期 2026-06-30，比对方公布（2026-07-15）早 15 天"),
        ("9", "unknown", "对方名单里没有 9，也没有同名的行"),
    ]
    assert [x.kind for x in reconcile([], ours[:3], Rules({})).only_ours] == ["unknown"] * 3
    bound = Line("7", "7", {"day": date(2026, 6, 15)})
    assert reconcile([], [bound], LIST).only_ours[0].kind == "late"
    early = replace(LIST, published_on=date(2026, 3, 1), end=None)
    after = reconcile([], [Line("6", "6", {"day": date(2026, 3, 2)})], early).only_ours[0]
    assert (after.kind, after.reason.code) == ("day", "lonely.after_publication")


def test_a_row_that_only_they_have_gets_a_reason_that_rows_prove():
    theirs = [
        Line("1", "甲", {"place": "西青区"}),
        Line("2", "乙", {"place": "津南区"}),
        Line("3", "丙", {"day": date(2025, 12, 31)}),
    ]
    assert lonely(reconcile(theirs, [], LIST).only_theirs) == [
        ("1", "place", "对方记在西青区，不在津南区"),
        ("2", "unknown", "我方各项记录里都没有 2"),
        ("3", "day", "日期 2025-12-31 在统计起始（2026-01-01）之前"),
    ]
    assert [x.kind for x in reconcile(theirs, [], Rules({})).only_theirs] == ["unknown"] * 3
    ours = Line("1", "甲", ref="77")
    held = Said("lonely.other_period", day=date(2024, 5, 1))
    known = replace(LIST, elsewhere=lambda key: (held, ours) if key == "1" else None)
    found = reconcile(theirs[:2], [], known).only_theirs
    assert [(x.kind, x.reason) for x in found] == [
        ("elsewhere", "我方记在 2024-05-01，不在这份名单的期间内"),
        ("unknown", "我方各项记录里都没有 2"),
    ]
    assert found[0].proof == (ours,)


def test_only_facts_that_both_books_hold_can_differ():
    compare = Rules({"name": "名称", "value": "金额", "day": "日期"})
    theirs = Line("1", "甲", {"name": "甲 公司（天津）", "value": "", "day": 2})
    ours = Line("1", "甲", {"name": "甲公司(天津)", "value": 3, "day": None})
    piles = reconcile([theirs], [ours], compare)
    assert [(p.theirs, p.ours, p.differences) for p in piles.same] == [(theirs, ours, ())]
    silent = replace(ours, facts={"name": "", "value": None})
    assert reconcile([replace(theirs, facts={"name": "甲", "value": 1})], [silent], compare).same
    both = Line("1", "甲", {"name": "乙公司", "value": 3, "day": 2})
    (pair,) = reconcile([both], [replace(ours, facts={**ours.facts, "day": 4})], compare).different
    assert pair.differences == (
        "名称不同：对方 乙公司，我方 甲公司(天津)",
        "日期不同：对方 2，我方 4",
    )


def test_names_that_agree_under_different_keys_go_to_a_person():
    theirs = [Line("1", "甲有限责任公司"), Line("2", "乙股份有限公司"), Line("3", "丙")]
    ours = [
        Line("5", "甲 有限公司"),
        Line("6", "丁公司", {"former_names": ["乙有限公司"]}),
        Line("7", "甲"),
        Line("3", "丙"),
    ]
    piles = reconcile(theirs, ours, LIST)
    assert [(a.key, b.key, why.code) for a, b, why in piles.doubtful] == [
        ("1", "5", "doubt.same_name_other_key"),
        ("1", "7", "doubt.same_name_other_key"),
        ("2", "6", "doubt.same_name_other_key"),
    ]
    assert [x.line.key for x in piles.only_ours] == ["5", "6", "7"]
    assert [p.ours.key for p in piles.same] == ["3"]
