"""What closes a gap, and the small pictures: right values, and none where there is none."""

from datetime import date
from fractions import Fraction

from kechuang.engines.planning import Forecast, Goal, gap_sum, over

DAY = date(2022, 12, 31)
UP = Goal("flow", date(2022, 1, 1), DAY, Fraction(50))
DOWN = Goal("level", date(2022, 1, 1), DAY, Fraction(5), down=True)


def test_the_parts_add_up_to_the_whole_and_say_what_lacks():
    made = gap_sum(UP, Fraction(336, 10), Forecast(DAY, 47.8, 44.9, 51.2), Fraction(31, 10))
    assert (made.recorded, made.rest, made.signed) == (
        Fraction(336, 10),
        Fraction(142, 10),
        Fraction(31, 10),
    )
    assert made.whole == made.recorded + made.rest + made.signed == Fraction(509, 10)
    assert made.over == Fraction(9, 10)


def test_without_what_is_signed_the_same_target_lacks():
    assert gap_sum(UP, Fraction(336, 10), Forecast(DAY, 47.8)).over == Fraction(-22, 10)


def test_a_forecast_below_the_record_adds_nothing():
    assert gap_sum(UP, Fraction(40), Forecast(DAY, 39.0), Fraction(1)).rest == 0


def test_there_is_no_sum_where_nothing_is_known_to_come_or_less_is_better():
    assert gap_sum(UP, Fraction(40), None) is None
    assert gap_sum(UP, Fraction(40), Forecast(DAY, why="too few")) is None
    assert gap_sum(DOWN, Fraction(4), Forecast(DAY, 6.0)) is None


def test_over_is_on_the_good_side_whichever_way():
    assert over(UP, Fraction(47)) == -3
    assert over(DOWN, Fraction(4)) == 1
