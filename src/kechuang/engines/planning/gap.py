"""What closes the gap of a target that is counted up: what is recorded, what usually still comes,
what is signed and waits for its registration.
"""

from dataclasses import dataclass
from fractions import Fraction

from .forecast import Forecast
from .trajectory import Goal


def over(goal: Goal, value: Fraction) -> Fraction:
    """How far a value is on the good side of its goal; negative is what lacks."""
    return goal.value - value if goal.down else value - goal.value


@dataclass(frozen=True)
class GapSum:
    """Parts in the target's unit that add up to ``whole``; ``over`` beside what is asked, negative
    is what still lacks.
    """

    recorded: Fraction
    rest: Fraction
    signed: Fraction
    asked: Fraction

    @property
    def whole(self) -> Fraction:
        """All parts together, in the target's unit."""
        return self.recorded + self.rest + self.signed

    @property
    def over(self) -> Fraction:
        """What is more than asked, in the target's unit; negative is what lacks."""
        return self.whole - self.asked


def gap_sum(
    goal: Goal, recorded: Fraction, forecast: Forecast | None, signed: Fraction = Fraction(0)
) -> GapSum | None:
    """The sum that closes the gap; None where less is better, or nothing is known to come.

    Args:
        forecast: Of the goal's day; what it adds to the recorded is the usual rest. Registered
            only: what is signed comes on top.
        signed: Signed and not yet registered.

    >>> from datetime import date
    >>> day = date(2022, 12, 31)
    >>> goal = Goal("flow", date(2022, 1, 1), day, Fraction(50))
    >>> made = gap_sum(goal, Fraction(336, 10), Forecast(day, 47.8), Fraction(31, 10))
    >>> float(made.rest), float(made.whole), float(made.over)
    (14.2, 50.9, 0.9)
    """
    if goal.down:
        return None
    ends = forecast.value if forecast else None
    rest = Fraction(0) if ends is None else max(Fraction(0), _exact(ends) - recorded)
    if not rest and not signed:
        return None
    return GapSum(recorded, rest, signed, goal.value)


def _exact(value: float) -> Fraction:
    """A float as people read it: four decimals."""
    return Fraction(round(value * 10_000), 10_000)
