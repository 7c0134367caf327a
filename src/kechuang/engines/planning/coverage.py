"""How much of what is measured our records hold, and which months they know.

A month without records is nothing where the source is complete, and unknown where it is not.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from kechuang.engines.base.sayings import Said

Span = tuple[date, date]  # from and to, both included
Month = tuple[int, int]  # year and month
_BRIEF = {
    "stated": Said("coverage.brief.stated"),
    "other": Said("coverage.brief.other"),
    "unknown": Said("coverage.brief.unknown"),
}


@dataclass(frozen=True)
class Coverage:
    """How far records may be taken for the whole.

    ``how``: stated (the register says that it is complete), compared (with a published figure),
    other (the records are another thing than the figure) or unknown. ``share`` is what they hold
    of the published figure, 1 being all of it.
    """

    how: str
    enough: bool
    words: Said
    share: Fraction | None = None

    @property
    def percent(self) -> int | None:
        """The share in whole per cent: all only when it is all."""
        return None if self.share is None else percent_of(self.share)

    @property
    def brief(self) -> Said:
        """The same in a word or a share, for a column."""
        if self.how == "compared":
            return Said("coverage.brief.compared", percent=self.percent)
        return _BRIEF[self.how]


def percent_of(share: Fraction) -> int:
    """Whole per cent, half up; less than all is never 100.

    >>> percent_of(Fraction(3, 498)), percent_of(Fraction(999, 1000)), percent_of(Fraction(1))
    (1, 99, 100)
    """
    found = (200 * share.numerator + share.denominator) // (2 * share.denominator)
    return min(found, 99) if share < 1 else found


def held(ours: Fraction, theirs: Fraction) -> Fraction:
    """What share of a published figure the records hold; of nothing they hold all."""
    return ours / theirs if theirs > 0 else Fraction(1)


def enough(share: Fraction, percent: int) -> bool:
    """Whether a share is at least so many per cent."""
    return share * 100 >= percent


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if end < start:
            continue
        if found and start <= found[-1][1] + timedelta(days=1):
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def covers(spans: Iterable[Span], start: date, end: date) -> bool:
    """Whether spans hold every day from ``start`` to ``end``."""
    return any(a <= start and end <= b for a, b in joined(spans))


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def months_between(start: date, end: date) -> list[Month]:
    """Every month that has a day between two days, in order."""
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return [(n // 12, n % 12 + 1) for n in range(first, last + 1)]


def known_months(
    recorded: Mapping[Month, Fraction], start: date, end: date, complete: Iterable[Span]
) -> dict[Month, Fraction | None]:
    """What every month between two days brought.

    Args:
        recorded: Month → sum of its records, in any unit; months without records are absent.
        complete: The days of which the source says that it holds everything.

    Returns:
        The sum of its records; 0 where there are none and the source is complete over the days of
        the month that count; None, unknown, where it is not.
    """
    spans = joined(complete)
    found: dict[Month, Fraction | None] = {}
    for year, month in months_between(start, end):
        days = max(start, date(year, month, 1)), min(end, month_end(year, month))
        nothing = Fraction(0) if covers(spans, *days) else None
        found[year, month] = recorded.get((year, month), nothing)
    return found


def whole_years(
    recorded: Mapping[Month, Fraction], before: int, complete: Sequence[Span]
) -> list[dict[int, Fraction]]:
    """The years before ``before`` of which every month is known: month → what it brought."""
    found = []
    for year in sorted({y for y, _ in recorded if y < before}):
        months = known_months(recorded, date(year, 1, 1), date(year, 12, 31), complete)
        known = {m: v for (_, m), v in months.items() if v is not None}
        if len(known) == 12:
            found.append(known)
    return found


def running_sums(
    recorded: Mapping[Month, Fraction], start: date, end: date, complete: Iterable[Span]
) -> tuple[list[tuple[date, Fraction]], int]:
    """What had come since ``start`` at the end of every whole month up to ``end``.

    Unknown months at the end are left out; one before a known month makes the sums after it
    untrue.

    Returns:
        (day, sum) of each month's end; and how many unknown months lie before the last known one:
        then there are no sums from there on.
    """
    months = known_months(recorded, start, end, complete)
    known = [(n, v) for n, v in months.items() if month_end(*n) <= end]
    while known and known[-1][1] is None:
        known.pop()
    total, found = Fraction(0), list[tuple[date, Fraction]]()
    for name, value in known:
        if value is None:
            return found, sum(v is None for _, v in known)
        total += value
        found.append((month_end(*name), total))
    return found, 0


def month_levels(kept: Sequence[tuple[date, Fraction]], end: date) -> list[tuple[date, Fraction]]:
    """A level that is kept only when it changes, at the end of every month it stood unchanged too.

    Args:
        kept: (day, value) in order of days.
        end: The last day that counts; the level of that day comes last.
    """
    held_by = [(d, v) for d, v in kept if d <= end]
    if not held_by:
        return []
    found: dict[date, Fraction] = {}
    days = [month_end(*m) for m in months_between(held_by[0][0], end)]
    for day in [*(d for d in days if d < end), end]:
        found[day] = next(v for d, v in reversed(held_by) if d <= day)
    return sorted(found.items())
