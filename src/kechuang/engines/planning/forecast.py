"""Forecasts: a straight line through the observations, with a prediction interval.

Plain statistics, said plainly.

Ordinary least squares; the interval is ŷ ± t(0.9, n−2) · s · √(1 + 1/n + (x−x̄)²/Σ(x−x̄)²), the
textbook prediction
interval for one new observation. For a flow the year's end is the year to date divided by the
share of the year that
earlier years had brought by the same day, and the interval is the range of those years. Floats:
nothing is decided
by them.
"""

import math
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from kechuang.engines.base.sayings import Said

FEWEST = 4
_T80 = (
    3.078,
    1.886,
    1.638,
    1.533,
    1.476,
    1.440,
    1.415,
    1.397,
    1.383,
    1.372,
    1.363,
    1.356,
    1.350,
    1.345,
    1.341,
)
_T80_LARGE = 1.29


@dataclass(frozen=True)
class Forecast:
    """A value on a day with an 80 % interval; or ``why`` there is none."""

    day: date
    value: float | None = None
    low: float | None = None
    high: float | None = None
    how: str = ""
    why: str = ""


def line_forecast(observed: Sequence[tuple[date, float]], day: date) -> Forecast:
    """Where a level will stand on ``day`` if it goes on as it went."""
    points = sorted(set(observed))
    days = len({d for d, _ in points})
    if days < FEWEST:
        return Forecast(day, why=Said("forecast.too_few", count=days, fewest=FEWEST))
    start = points[0][0]
    xs = [float((d - start).days) for d, _ in points]
    ys = [v for _, v in points]
    n, mx, my = len(xs), sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mx) ** 2 for x in xs)
    slope = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / spread
    rest = sum((y - my - slope * (x - mx)) ** 2 for x, y in zip(xs, ys, strict=True))
    at = float((day - start).days)
    middle = my + slope * (at - mx)
    t = _T80[n - 3] if n - 3 < len(_T80) else _T80_LARGE
    half = t * math.sqrt(rest / (n - 2)) * math.sqrt(1 + 1 / n + (at - mx) ** 2 / spread)
    return Forecast(day, middle, middle - half, middle + half, Said("forecast.line", count=n))


def flow_forecast(to_date: float, day: date, years: Sequence[Mapping[int, Fraction]]) -> Forecast:
    """Where a year's flow will end.

    Args:
        to_date: The year's sum up to ``day``.
        years: What each month brought (month → value) in earlier years of which every month is
            known.
    """
    year_end = date(day.year, 12, 31)
    known = [float(s) for s in (share_by(y, day) for y in years) if s]
    if len(known) < 2:
        return Forecast(year_end, why=Said("forecast.too_few_years", count=len(known)))
    mean = sum(known) / len(known)
    return Forecast(
        year_end,
        to_date / mean,
        to_date / max(known),
        to_date / min(known),
        Said("forecast.seasons", years=len(known), month=day.month, day=day.day),
    )


def share_by(months: Mapping[int, Fraction], day: date) -> Fraction:
    """The share of a year's sum that had come by the day and month of ``day``: a month that is
    not over counts by its days.
    """
    whole = sum(months.values(), Fraction(0))
    if whole <= 0:
        return Fraction(0)
    part = Fraction(day.day, monthrange(day.year, day.month)[1])
    before = sum((months[m] for m in range(1, day.month)), Fraction(0))
    return (before + months[day.month] * part) / whole
