"""What the page of a target says first: the answer, the picture, and what closes the gap."""

from dataclasses import dataclass
from fractions import Fraction

from kechuang.district.core import clock
from kechuang.district.plan.services import Reading
from kechuang.district.portal.reports.marks import Bar, Share, bar_of, shares_of
from kechuang.district.portal.reports.way import WayPicture, way_picture
from kechuang.engines.base.money import in_unit
from kechuang.engines.planning import GapSum, gap_sum, over


@dataclass(frozen=True)
class Gap:
    """The sum as a bar: parts in hundredths, where what is asked lies, how many contracts wait."""

    sum: GapSum
    parts: list[Share]
    asked: float
    signed: int

    @property
    def short(self) -> Fraction:
        """What still lacks; 0 or less where it is enough."""
        return -self.sum.over


@dataclass(frozen=True)
class TargetAnswer:
    """``how``: forecast, reached, missed, number (a value without a judgement), judged or none.

    ``over`` is the forecast (else the value) beside what is asked, negative where it lacks;
    ``days_left`` to the target's day, negative when it is over.
    """

    how: str
    over: Fraction | None
    lacks: Fraction | None
    days_left: int
    picture: WayPicture | None
    bar: Bar | None
    gap: Gap | None


def target_answer(reading: Reading, signed: tuple[int, int]) -> TargetAnswer:
    """What is said first of one target; ``signed`` (fen, contracts) waits for its registration."""
    goal, value = reading.goal, reading.value
    ends = reading.forecast.value if reading.forecast else None
    exact = None if value is None else Fraction(value)
    told = Fraction(round(ends * 10_000), 10_000) if ends is not None else exact
    beside = over(goal, told) if goal and told is not None else None
    return TargetAnswer(
        _how(reading),
        beside,
        None if beside is None else -beside,
        (reading.target.by - clock.today()).days,
        way_picture(reading),
        bar_of(None if value is None else float(value), float(goal.value) if goal else None),
        _gap(reading, exact, signed) if exact is not None else None,
    )


def _how(reading: Reading) -> str:
    if reading.value is None:
        return "none"
    if reading.light in ("reached", "missed"):
        return reading.light
    if reading.light == "unknown":
        return "number"
    ahead = reading.forecast
    return "forecast" if ahead and ahead.value is not None else "judged"


def _gap(reading: Reading, value: Fraction, waiting: tuple[int, int]) -> Gap | None:
    """None where nothing is known to come, or the target is judged already."""
    open_still = reading.light in ("on_track", "at_risk", "behind")
    if reading.goal is None or reading.how != "computed" or not open_still:
        return None
    fen, count = waiting
    signed = Fraction(in_unit(fen, reading.indicator.unit)) if fen else Fraction(0)
    made = gap_sum(reading.goal, value, reading.forecast, signed)
    if made is None:
        return None
    rows = [("accent", made.recorded), ("none", made.rest), ("warn", made.signed)]
    whole = max(made.whole, made.asked)
    rows.append(("sunk", whole - made.whole))
    parts = shares_of([(name, "", round(part / whole * 10_000)) for name, part in rows])
    return Gap(made, parts, round(100 * float(made.asked / whole), 1), count)
