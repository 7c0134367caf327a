"""How much records hold, months that brought nothing, and lights that a part of the records proves."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import (
    Coverage,
    Goal,
    LightRules,
    covers,
    enough,
    flow_forecast,
    held,
    known_months,
    line_forecast,
    month_end,
    month_levels,
    path_of,
    running_sums,
    stand,
    stand_on_part,
    whole_years,
)

BEGIN, END = date(2020, 1, 1), date(2022, 12, 31)
ALWAYS = [(date(2000, 1, 1), date(2100, 1, 1))]
PART = Coverage("compared", False, Said("coverage.unknown"), Fraction(3, 498))
MONTHS = st.dictionaries(
    st.tuples(st.integers(2021, 2024), st.integers(1, 12)), st.integers(1, 50).map(Fraction)
)


def goal(down=False):
    start = Fraction(200) if down else Fraction(0)
    return Goal("level", BEGIN, END, Fraction(100), start, down=down)


def part(value, day, down=False):
    aim = goal(down)
    found = stand(aim, Fraction(value), day, day, path_of(aim), LightRules())
    return stand_on_part(found, aim, PART)


def test_three_of_498_are_one_per_cent_and_never_the_whole():
    assert (PART.percent, enough(held(Fraction(3), Fraction(498)), 90)) == (1, False)
    assert Coverage("compared", True, Said("nothing"), Fraction(999, 1000)).percent == 99
    assert held(Fraction(5), Fraction(0)) == 1


def test_a_part_of_the_records_never_shows_red():
    found = part(3, END)
    assert (found.light, found.gap) == ("unknown", 97)
    assert "不据此判断" in found.why
    assert part(100, END).light == "reached"
    assert part(90, END, down=True).light == "unknown"  # fewer may still be missing
    assert part(150, END, down=True).light == "missed"


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 1095), st.booleans())
def test_what_a_part_proves_holds_for_every_whole(some, more, days, down):
    day, aim = BEGIN + timedelta(days), goal(down)
    shown = part(some, day, down).light
    whole = stand(aim, Fraction(some + more), day, day, path_of(aim), LightRules()).light
    order = ["missed", "behind", "at_risk", "on_track", "reached"]
    if shown == "unknown" or whole == "unknown":
        return
    better = order.index(whole) >= order.index(shown)
    assert better != down or whole == shown


def test_spans_that_touch_are_one():
    halves = [(BEGIN, date(2020, 6, 30)), (date(2020, 7, 1), END)]
    assert covers(halves, BEGIN, END)
    assert not covers([halves[0], (date(2020, 7, 2), END)], BEGIN, END)


def test_a_month_without_records_is_nothing_where_the_source_is_complete():
    recorded = {(2026, 1): Fraction(5), (2026, 4): Fraction(7)}
    known = known_months(
        recorded, date(2026, 1, 1), date(2026, 5, 3), [(date(2026, 1, 1), date(2026, 3, 31))]
    )
    assert list(known.values()) == [5, 0, 0, 7, None]


def test_a_running_sum_with_an_unknown_month_stops_and_says_so():
    recorded = {(2026, 1): Fraction(5), (2026, 4): Fraction(7)}
    start, end = date(2026, 1, 1), date(2026, 6, 30)
    sums, unknown = running_sums(recorded, start, end, ())
    assert (sums, unknown) == ([(date(2026, 1, 31), 5)], 2)
    sums, unknown = running_sums(recorded, start, end, ALWAYS)
    assert [v for _, v in sums] == [5, 5, 5, 12, 12, 12]
    assert unknown == 0


@given(MONTHS, st.dates(date(2021, 1, 1), date(2024, 12, 31)))
def test_the_forecast_of_a_sum_is_that_of_a_plain_reference_with_zeros(recorded, end):
    start, due = date(2021, 1, 1), date(2025, 12, 31)
    plain, total = [], Fraction(0)
    for year in range(2021, 2025):
        for month in range(1, 13):
            total += recorded.get((year, month), 0)
            if month_end(year, month) <= end:
                plain.append((month_end(year, month), float(total)))
    sums, unknown = running_sums(recorded, start, end, ALWAYS)
    found = line_forecast([(d, float(v)) for d, v in sums], due)
    assert unknown == 0
    assert found == line_forecast(plain, due)


@given(MONTHS, st.integers(1, 12))
def test_years_with_months_unknown_make_no_shares(recorded, gone):
    complete = whole_years(recorded, 2025, ALWAYS)
    assert len(complete) == len({y for y, _ in recorded})
    assert all(sum(y.values()) > 0 for y in complete)
    holes = [(date(2000, 1, 1), date(2022, gone, 1)), (date(2022, gone, 3), date(2100, 1, 1))]
    left = whole_years(recorded, 2025, holes)
    lost = any(y == 2022 for y, _ in recorded) and (2022, gone) not in recorded
    assert len(left) == len(complete) - lost


def test_a_months_share_grows_with_its_days():
    even = {m: Fraction(1) for m in range(1, 13)}
    found = flow_forecast(41.0, date(2026, 10, 31), [even, even])
    assert found.value == pytest.approx(49.2)
    early = flow_forecast(41.0, date(2026, 11, 3), [even, even])
    assert early.value == pytest.approx(41 * 12 / 10.1)  # not yet the whole of November


def test_a_level_kept_only_when_it_changes_stands_at_every_months_end():
    kept = [(date(2026, 1, 20), Fraction(3)), (date(2026, 4, 2), Fraction(5))]
    assert month_levels(kept, date(2026, 5, 10)) == [
        (date(2026, 1, 31), 3),
        (date(2026, 2, 28), 3),
        (date(2026, 3, 31), 3),
        (date(2026, 4, 30), 5),
        (date(2026, 5, 10), 5),
    ]
    assert month_levels([], END) == []


def test_what_fell_due_is_missed_only_by_a_figure_of_its_day():
    aim = goal()
    before = stand(aim, Fraction(99), date(2022, 9, 30), END, path_of(aim), LightRules())
    assert (before.light, before.why.code) == ("unknown", "standing.no_final")
    assert stand(aim, Fraction(99), END, END, path_of(aim), LightRules()).light == "missed"


def test_a_column_says_the_share_or_what_is_known_instead():
    assert str(PART.brief) == "1%"
    words = {
        how: str(Coverage(how, True, Said("nothing")).brief)
        for how in ("stated", "other", "unknown")
    }
    assert words == {"stated": "写明完整", "other": "口径不同", "unknown": "不知道"}
