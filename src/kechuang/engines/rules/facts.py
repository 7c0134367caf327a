"""From a subject's yearly facts to the inputs that rules ask for: this year's, last year's, the
sum of three.

Pure: years and their values come in, inputs with the words of where they come from go out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .values import UNKNOWN, Number, Value, add, one

OLDEST = 2  # years back to which the last return may lie; an older one says nothing of today


@dataclass(frozen=True)
class Feed:
    """How one input is fed.

    ``fact``: a yearly fact, ``back`` years before the base year, or the sum of the last ``years``.
    ``since``: 天 or 个月 from the founding to the day (``year_end``: to the end of the year before
    the day's).
    ``holds``, ``never``: a rung that the subject stands on today, or never stood on. ``counts``:
    the fact is money or a
    number of things, of which there was none before the founding.
    """

    input: str
    fact: str = ""
    back: int = 0
    years: int = 1
    since: str = ""
    year_end: bool = False
    same_year: bool = False  # founded in the year of the day
    holds: str = ""
    never: str = ""
    register: str = ""  # how many records in force the subject has in a declared register
    counts: bool = False


@dataclass(frozen=True)
class Subject:
    """What is known of a subject on a day: facts by year, founding, rungs held and ever held,
    where facts come from.
    """

    years: Mapping[int, Mapping[str, Value]]
    founded: date | None = None
    held: frozenset[str] = frozenset()
    ever: frozenset[str] = frozenset()
    wheres: Mapping[tuple[int, str], str] | None = None
    registered: Mapping[str, int] | None = (
        None  # declared register → records in force; None: not asked
    )

    def base(self, day: date) -> int:
        """The year that 最近一年 means on a day: the last one with facts of the two before it, else
        the year before.
        """
        near = (y for y in self.years if day.year - OLDEST <= y < day.year)
        return max(near, default=day.year - 1)


def inputs_of(
    feeds: Mapping[str, Feed], subject: Subject, day: date
) -> tuple[dict[str, Value], dict[str, str]]:
    """Inputs and where each comes from.

    What is not known is left out, and so cannot be told by any rule.
    """
    given: dict[str, Value] = {}
    wheres: dict[str, str] = {}
    for name, feed in feeds.items():
        value, where = _fed(feed, subject, day)
        if value is not UNKNOWN:
            given[name], wheres[name] = value, where
    return given, wheres


def _fed(feed: Feed, subject: Subject, day: date) -> tuple[Value, str]:
    if feed.holds:
        return feed.holds in subject.held, "认定记录"
    if feed.never:
        return feed.never not in subject.ever, "认定记录"
    if feed.register:
        known = (subject.registered or {}).get(feed.register)
        return (UNKNOWN if known is None else one(known)), "登记册记录"
    if feed.same_year:
        return (
            UNKNOWN if subject.founded is None else subject.founded.year == day.year
        ), "营业执照"
    if feed.since:
        return _age(feed, subject, day), "营业执照"
    last = subject.base(day) - feed.back
    base = subject.base(day)
    parts = [_of_year(subject, year, feed, base) for year in range(last - feed.years + 1, last + 1)]
    where = _where(subject, feed, last)
    if any(p is UNKNOWN for p in parts):
        return UNKNOWN, where
    if feed.years == 1:
        return parts[0], where
    numbers = [p for p in parts if isinstance(p, Number)]
    total = one(0)
    for number in numbers:
        total = add(total, number)
    return total, where


def _of_year(subject: Subject, year: int, feed: Feed, base: int) -> Value:
    """A fact of a year; nothing was earned or spent in the years before the founding.

    Of the last year itself it must be told.
    """
    if feed.fact in subject.years.get(year, {}):
        return subject.years[year][feed.fact]
    unborn = subject.founded is not None and subject.founded.year > year
    return one(0) if unborn and feed.counts and year < base else UNKNOWN


def _where(subject: Subject, feed: Feed, last: int) -> str:
    span = f"{last}" if feed.years == 1 else f"{last - feed.years + 1}—{last}"
    said = (subject.wheres or {}).get((last, feed.fact), "")
    return f"{span}年“{feed.fact}”" + (f"（{said}）" if said else "")


def _age(feed: Feed, subject: Subject, day: date) -> Value:
    if subject.founded is None:
        return UNKNOWN
    end = date(day.year - 1, 12, 31) if feed.year_end else day
    if feed.since == "天":
        return one(max((end - subject.founded).days, 0))
    months = (end.year - subject.founded.year) * 12 + end.month - subject.founded.month
    return one(max(months - (end.day < subject.founded.day), 0))
