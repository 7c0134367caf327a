"""Stages one after another as bars, and counts as shades: numbers only, the templates draw."""

from collections.abc import Sequence
from dataclasses import dataclass

SHADES = 5


@dataclass(frozen=True)
class StepBar:
    """A stage: its length in hundredths of the first, and its per cent of the stage before."""

    words: str
    count: int
    length: float
    share: int | None


def step_bars(counts: Sequence[tuple[str, int]]) -> list[StepBar]:
    """Stages in order.

    >>> [(b.length, b.share) for b in step_bars([("a", 200), ("b", 50), ("c", 25)])]
    [(100.0, None), (25.0, 25), (12.5, 50)]
    """
    most = max((n for _, n in counts), default=0) or 1
    before: list[int | None] = [None, *(n for _, n in counts)]
    return [
        StepBar(words, n, round(100 * n / most, 1), round(100 * n / was) if was else None)
        for (words, n), was in zip(counts, before, strict=False)
    ]


def shade(count: int, most: int) -> int:
    """0 for none, 1 to 5 by share of the largest.

    >>> [shade(n, 50) for n in (0, 1, 10, 11, 50)]
    [0, 1, 1, 2, 5]
    """
    return -(-SHADES * count // most) if most else 0
