"""What waits for a person: one shape for all kinds of record, put in order by day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from kechuang.engines.base.sayings import Said


@dataclass(frozen=True)
class Thing:
    """One thing to do.

    Args:
        kind: What sort of record: 需求, 技术合同.
        label: What it is called.
        url: Where it is done.
        verb: The one deed.
        since: Since when it waits.
        until: The last day for it, where there is one.
        why: What is to be known of it in a sentence.
    """

    kind: str
    label: str
    url: str
    verb: str
    since: date | None = None
    until: date | None = None
    why: str | Said = ""


@dataclass(frozen=True)
class Source:
    """What one kind of record gives: the first things, and how many there are in all."""

    things: Sequence[Thing]
    count: int
    url: str = ""
    title: str = ""

    @property
    def more(self) -> int:
        return self.count - len(self.things)


@dataclass(frozen=True)
class Group:
    """Things of one span of time, first the one due first, then the one that waits longest."""

    name: str
    things: list[Thing] = field(default_factory=list)


OVERDUE, TODAY, SOON, LATER = "overdue", "today", "soon", "later"
_NEAR = timedelta(days=7)


def span_of(thing: Thing, today: date) -> str:
    """overdue, today, soon (within a week), or later: what has no day waits there.

    >>> span_of(Thing("", "", "", "", until=date(2026, 1, 5)), date(2026, 1, 5))
    'today'
    """
    if thing.until is None or thing.until > today + _NEAR:
        return LATER
    if thing.until < today:
        return OVERDUE
    return TODAY if thing.until == today else SOON


def grouped(things: Iterable[Thing], today: date) -> list[Group]:
    """The groups that hold something, in the order of time."""
    groups = {name: Group(name) for name in (OVERDUE, TODAY, SOON, LATER)}
    for thing in sorted(things, key=lambda t: (t.until or date.max, t.since or date.max)):
        groups[span_of(thing, today)].things.append(thing)
    return [g for g in groups.values() if g.things]


@dataclass(frozen=True)
class DayAhead:
    """A day of the coming weeks: how many things are due; ``off``: nobody works."""

    day: date
    count: int
    off: bool


def days_ahead(
    things: Iterable[Thing], today: date, days: int, off: frozenset[date]
) -> list[DayAhead]:
    """The coming days, today first, with what is due on each."""
    due = Counter(t.until for t in things)
    span = [today + timedelta(days=n) for n in range(days)]
    return [DayAhead(day, due[day], day in off) for day in span]
