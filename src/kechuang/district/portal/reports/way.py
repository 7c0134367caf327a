"""The way of a target as lines on a page: numbers only, the template draws them in the page's own
colours, light and dark.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.district.plan.services import Reading

from .charts import way_corners

WIDE, HIGH = 640, 300
_LEFT, _RIGHT, _TOP, _FOOT = 48, 112, 26, 28
_FEWEST = 3
_Points = Sequence[tuple[date, float]]


@dataclass(frozen=True)
class Mark:
    """A word at a place."""

    x: float
    y: float
    words: str = ""


@dataclass(frozen=True)
class WayPicture:
    """Lines as points of a polyline; ``levels`` and ``days`` are the scales, ``top`` what is asked."""

    way: str
    now: str
    ahead: str
    band: str
    top: Mark
    today: Mark
    end: Mark | None
    levels: tuple[Mark, ...]
    days: tuple[Mark, ...]
    left: int = _LEFT
    right: int = WIDE - _RIGHT
    foot: int = HIGH - _FOOT


def step_of(span: float) -> float:
    """The smallest of 1, 2, 5, 10 … that cuts a span into six or fewer.

    >>> step_of(400), step_of(7), step_of(1234)
    (100.0, 2.0, 500.0)
    """
    power: float = 10.0 ** math.floor(math.log10(span / 6))
    return next(power * m for m in (1, 2, 5, 10) if span / (power * m) <= 6)


def way_picture(reading: Reading) -> WayPicture | None:
    """None where too few points make no line: a bar says it better."""
    goal, value, as_of = reading.goal, reading.value, reading.as_of
    if goal is None or value is None or as_of is None:
        return None
    seen = sorted({**dict(reading.observed), as_of: float(value)}.items())
    if len(seen) < _FEWEST or as_of > goal.by:
        return None
    way = [(d, float(v)) for d, v in way_corners(reading)] if reading.path else []
    return _drawn(reading, seen, way, float(goal.value))


def _drawn(reading: Reading, seen: _Points, way: _Points, asked: float) -> WayPicture:
    last, found = seen[-1], reading.forecast
    ahead: _Points = []  # the end of the forecast: its middle, its best, its worst
    if found and found.value is not None and found.high is not None and found.low is not None:
        ahead = [(found.day, v) for v in (found.value, found.high, found.low)]
    points = [*seen, *way, *ahead]
    values, days = [asked, *(v for _, v in points)], [d for d, _ in points]
    scale = _Scale(min(days), max(days), _floor(reading, values), max(values))
    return WayPicture(
        way=scale.line(way),
        now=scale.line(seen),
        ahead=scale.line([last, ahead[0]]) if ahead else "",
        band=scale.line([last, *ahead[1:]]) if ahead else "",
        top=Mark(_LEFT, scale.y(asked)),
        today=scale.mark(last),
        end=scale.mark(ahead[0]) if ahead else None,
        levels=scale.levels(),
        days=scale.days(),
    )


def _floor(reading: Reading, values: Sequence[float]) -> float:
    """What is counted up begins at nothing; a share or a level just below its lowest."""
    low, high = min(values), max(values)
    if reading.kind in ("flow", "sum", "events") or low < (high - low):
        return min(0.0, low)
    return low - (high - low) * 0.1


class _Scale:
    def __init__(self, first: date, last: date, low: float, high: float) -> None:
        self.first, self.span = first, max((last - first).days, 1)
        self.last, self.low, self.rise = last, low, (high - low) or 1.0

    def x(self, day: date) -> float:
        wide = WIDE - _LEFT - _RIGHT
        return round(_LEFT + wide * (day - self.first).days / self.span, 1)

    def y(self, value: float) -> float:
        high = HIGH - _TOP - _FOOT
        return round(HIGH - _FOOT - high * (value - self.low) / self.rise, 1)

    def line(self, points: _Points) -> str:
        return " ".join(f"{self.x(d)},{self.y(v)}" for d, v in points)

    def mark(self, point: tuple[date, float]) -> Mark:
        return Mark(self.x(point[0]), self.y(point[1]))

    def levels(self) -> tuple[Mark, ...]:
        step = step_of(self.rise)
        first = int(self.low // step) + (self.low % step > 0)
        count = int((self.low + self.rise) // step)
        return tuple(
            Mark(_LEFT, self.y(n * step), f"{n * step:,.10g}") for n in range(first, count + 1)
        )

    def days(self) -> tuple[Mark, ...]:
        """Years where the way is long, quarters where it is one year."""
        months = (1,) if self.span > 800 else (1, 7) if self.span > 400 else (1, 4, 7, 10)
        found = [
            date(y, m, 1)
            for y in range(self.first.year, self.last.year + 1)
            for m in months
            if self.first <= date(y, m, 1) <= self.last
        ]
        return tuple(Mark(self.x(d), HIGH - 8, f"{d:%Y-%m}") for d in found)
