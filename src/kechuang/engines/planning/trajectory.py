"""Where a target should stand on a day: from baseline to goal, straight, by year marks, or by
last years' months.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from kechuang.engines.base.sayings import Said


@dataclass(frozen=True)
class Goal:
    """A target as arithmetic sees it.

    Args:
        kind: ``level`` (a stock on a day, a share) or ``flow`` (counted anew every year).
        start, baseline: Where the way begins; baseline None is unknown.
        by, value: Where it ends.
        marks: Goals of days between, ascending.
        down: Less is better.
        strict: The bound is > (突破), not ≥.
    """

    kind: str
    start: date
    by: date
    value: Fraction
    baseline: Fraction | None = None
    marks: Sequence[tuple[date, Fraction]] = ()
    down: bool = False
    strict: bool = False

    def reached(self, value: Fraction) -> bool:
        """Whether a value satisfies the goal."""
        if self.down:
            return value < self.value if self.strict else value <= self.value
        return value > self.value if self.strict else value >= self.value


@dataclass(frozen=True)
class Path:
    """The expected way. ``how``: linear, marks, seasonal, or none (with ``why``)."""

    how: str
    points: Sequence[tuple[date, Fraction]] = ()
    shares: Mapping[int, Fraction] = field(default_factory=dict)
    why: str = ""

    def at(self, day: date) -> Fraction | None:
        """The expected value on a day; None before the way begins or when there is no way."""
        if self.how == "seasonal":
            return self._seasonal(day)
        if not self.points or day < self.points[0][0]:
            return None
        for (a, x), (b, y) in zip(self.points, self.points[1:], strict=False):
            if a <= day <= b:
                return x + (y - x) * Fraction((day - a).days, max((b - a).days, 1))
        return self.points[-1][1]

    def _seasonal(self, day: date) -> Fraction | None:
        goal = next((v for d, v in self.points if d.year == day.year), None)
        if goal is None:
            return None
        done = sum((self.shares[m] for m in range(1, day.month)), Fraction(0))
        length = (
            date(day.year + day.month // 12, day.month % 12 + 1, 1) - date(day.year, day.month, 1)
        ).days
        return goal * (done + self.shares[day.month] * Fraction(day.day, length))


def path_of(goal: Goal, months: Sequence[Mapping[int, Fraction]] = ()) -> Path:
    """The way to a goal.

    Args:
        months: For flows, what each month of complete earlier years added (month → value); with
            at least two years
            the way of a year follows their shares.
    """
    marks = [*goal.marks, (goal.by, goal.value)]
    if goal.kind == "flow":
        shares = month_shares(months)
        if shares:
            return Path("seasonal", tuple(marks), shares)
        points: list[tuple[date, Fraction]] = []
        for day, value in marks:
            points += [(date(day.year, 1, 1), Fraction(0)), (day, value)]
        return Path("linear", tuple(points), why=Said("path.too_few_years"))
    if goal.baseline is None and len(marks) < 2:
        return Path("none", why=Said("path.no_baseline"))
    first = [(goal.start, goal.baseline)] if goal.baseline is not None else []
    return Path("marks" if goal.marks else "linear", (*first, *marks))


def month_shares(years: Sequence[Mapping[int, Fraction]]) -> dict[int, Fraction]:
    """The mean share of each month in complete years; {} with fewer than two of them."""
    whole = [y for y in years if len(y) == 12 and sum(y.values()) > 0]
    if len(whole) < 2:
        return {}
    return {
        m: sum((y[m] / sum(y.values()) for y in whole), Fraction(0)) / len(whole)
        for m in range(1, 13)
    }
