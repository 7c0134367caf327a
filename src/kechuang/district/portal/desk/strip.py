"""The coming days as bars: numbers only, the template draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .things import DayAhead

_STEP, _WIDE, _BASE, _UNIT, _MOST = 20, 14, 64, 7, 44


@dataclass(frozen=True)
class Bar:
    """One bar: left edge, top, height, its count, and the day under it (None: overdue)."""

    x: int
    y: int
    height: int
    count: int
    day: date | None
    off: bool = False

    @property
    def middle(self) -> int:
        return self.x + _WIDE // 2

    @property
    def above(self) -> int:
        return self.y - 4


@dataclass(frozen=True)
class Strip:
    bars: tuple[Bar, ...]
    width: int
    base: int = _BASE
    wide: int = _WIDE


def strip_of(days: Sequence[DayAhead], late: int) -> Strip:
    """Overdue first, then a bar a day.

    >>> [b.count for b in strip_of([DayAhead(date(2026, 1, 5), 2, False)], 3).bars]
    [3, 2]
    """
    held: list[tuple[int, date | None, bool]] = [(late, None, False)]
    held += [(d.count, d.day, d.off) for d in days]
    bars = []
    for place, (count, day, off) in enumerate(held):
        height = min(count * _UNIT, _MOST)
        bars.append(Bar(place * _STEP + 2, _BASE - height, height, count, day, off))
    return Strip(tuple(bars), len(held) * _STEP)
