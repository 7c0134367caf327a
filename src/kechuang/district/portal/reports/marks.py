"""Small pictures beside a figure: numbers only, the templates draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDE, HIGH = 118, 30
_EDGE = 3


@dataclass(frozen=True)
class Bar:
    """What is beside what is asked, on one scale: lengths in hundredths of the bar."""

    now: float
    asked: float


def bar_of(value: float | None, goal: float | None) -> Bar | None:
    """None where one of the two is unknown, or there is no scale for them.

    >>> bar_of(30, 50)
    Bar(now=54.5, asked=90.9)
    """
    if value is None or goal is None or value < 0 or goal <= 0:
        return None
    whole = max(value, goal) * (1.1 if value <= goal else 1.0)
    return Bar(round(100 * value / whole, 1), round(100 * goal / whole, 1))


@dataclass(frozen=True)
class Spark:
    """A line through what was observed: its points, and the last one."""

    points: str
    x: float
    y: float


def spark_of(observed: Sequence[tuple[date, float]]) -> Spark | None:
    """None of fewer than three points: a line through two says no more than the two.

    >>> spark_of([(date(2026, 1, 1), 1.0), (date(2026, 1, 11), 2.0), (date(2026, 1, 21), 3.0)]).points
    '3.0,27.0 59.0,15.0 115.0,3.0'
    """
    if len(observed) < 3:
        return None
    days = [d.toordinal() for d, _ in observed]
    values = [v for _, v in observed]
    span, rise = max(days[-1] - days[0], 1), max(values) - min(values) or 1.0
    held = [
        (
            round(_EDGE + (WIDE - 2 * _EDGE) * (d - days[0]) / span, 1),
            round(HIGH - _EDGE - (HIGH - 2 * _EDGE) * (v - min(values)) / rise, 1),
        )
        for d, v in zip(days, values, strict=True)
    ]
    return Spark(" ".join(f"{x},{y}" for x, y in held), *held[-1])


@dataclass(frozen=True)
class Share:
    """A part of a bar of many: where it begins, how long it is (hundredths), what it counts."""

    name: str
    words: str
    count: int
    start: float
    length: float


def shares_of(counts: Sequence[tuple[str, str, int]]) -> list[Share]:
    """Parts that add up to the whole, in order; empty ones left out."""
    whole, at, found = sum(n for _, _, n in counts) or 1, 0.0, []
    for name, words, count in counts:
        if count:
            length = 100 * count / whole
            found.append(Share(name, words, count, round(at, 2), round(length, 2)))
            at += length
    return found
