"""What others say of an indicator: confirmed reports, bulletins, figures of the book; the newest
that counts alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kechuang.book.schemas import Book
from kechuang.district.plan.facts import flow_of, flows
from kechuang.district.plan.models import Bulletin, ReportedFigure
from kechuang.engines.base.periods import printed_end
from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import kept, to_date

# what a figure says it counts, and what it can never be laid beside
_OTHER = {"flow": "total", "stock": "ytd", "events": "ytd"}


@dataclass(frozen=True)
class Published:
    """A figure from elsewhere beside ours.

    ``how``: reported (confirmed here), bulletin or quoted. ``until`` is the last day that it
    speaks of, as far as that is known; ``as_of`` that day only where it is printed.
    """

    value: Decimal
    until: date
    as_of: date | None
    how: str
    source: str
    note: str = ""
    period: str = ""
    named: str = ""  # the source in words, where ``source`` is a code of the book

    @property
    def where(self) -> str:
        """Who says so, in words."""
        return self.named or self.source


@dataclass(frozen=True)
class Elsewhere:
    """What was published up to a day for a place, by indicator, newest first: asked once."""

    figures: Mapping[str, Sequence[ReportedFigure]]
    bulletins: Mapping[str, Sequence[Bulletin]]
    book: Book
    day: date

    def newest(self, indicator: str, nature: str, year: int | None = None) -> Published | None:
        """The newest figure that counts as ``nature`` does (flow, events or stock), of a year if
        one is named; of one day the confirmed report goes before the bulletin, that before the
        book.
        """
        found = [*self._reported(indicator), *self._bulletins(indicator, nature)]
        found += self._quoted(indicator)
        fit = [p for p in found if year is None or p.until.year == year]
        return max(fit, key=lambda p: p.until, default=None)

    def _reported(self, indicator: str) -> Iterator[Published]:
        told = self.figures.get(indicator, ())
        yield from _to_date(told)
        for f in told:
            if flow_of(f) is None and (value := kept(f.value)) is not None:
                yield Published(value, f.as_of, f.as_of, "reported", f.reporter, f.note, f.period)

    def _bulletins(self, indicator: str, nature: str) -> Iterator[Published]:
        for b in self.bulletins.get(indicator, ()):
            value = kept(b.value)
            if value is None or b.counting == _OTHER.get(nature):
                continue
            note = f"通报口径：{b.get_counting_display() or '未注明'}"
            yield Published(value, b.as_of, b.as_of, "bulletin", b.source, note)

    def _quoted(self, indicator: str) -> Iterator[Published]:
        """Figures of the book; of a year that still runs, the day is not known."""
        for f in self.book.figures:
            until = f.as_of or printed_end(str(f.period))
            if f.indicator != indicator or f.place != self.book.place or until is None:
                continue
            if f.as_of is None and until.year == self.day.year:
                until = min(until, self.day)
            if until <= self.day:
                named = self.book.sources[f.source].title if f.source in self.book.sources else ""
                yield Published(
                    f.value, until, f.as_of, "quoted", f.source, f.note, f.period, named
                )


def taken_to_date(thing: ReportedFigure) -> bool:
    """Whether a flow's figure is read as the year's to date though nobody said that it is."""
    return flow_of(thing) is not None and not thing.counting


def _to_date(told: Sequence[ReportedFigure]) -> Iterator[Published]:
    """The year's figures up to the ends of months and quarters: as reported, or added up from the
    periods' own where none is missing.
    """
    found = to_date(flows(told))
    for f in told:
        if flow_of(f) is not None and (made := found.get(f.as_of)):
            note = str(Said("published.added_up", count=made.parts)) if made.parts else f.note
            yield Published(made.value, f.as_of, f.as_of, "reported", f.reporter, note, f.period)
