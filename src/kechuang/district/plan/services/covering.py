"""How much of an indicator our records hold: as the register says of itself, or beside the last
published figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from kechuang.book.timing import Supervision
from kechuang.district.core.together import Asking
from kechuang.district.plan.measures import Measure
from kechuang.district.plan.measures import Span as Reckoning
from kechuang.district.plan.models import Completeness
from kechuang.district.plan.queries import by_indicator, closed_spans, said_complete
from kechuang.district.plan.services.measuring import period_start
from kechuang.district.plan.services.published import Published
from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import Coverage, Span, covers, enough, held


@dataclass(frozen=True)
class Beside:
    """Our records laid beside a published figure, as of its day; ``gap`` is ours minus theirs."""

    published: Published
    ours: Decimal
    start: date

    @property
    def gap(self) -> Decimal:
        return self.ours - self.published.value

    @property
    def share(self) -> Fraction:
        return held(Fraction(self.ours), Fraction(self.published.value))


@dataclass(frozen=True)
class Stated:
    """What persons said of registers and which periods they closed, by indicator: asked once."""

    said: Mapping[str, Sequence[Completeness]]
    closed: Mapping[str, Sequence[tuple[date | None, date]]]

    def covering(self, indicator: str, start: date, end: date) -> Completeness | None:
        """The statement by which everything between two days is there; the last of those that
        hold it together.
        """
        held_by = self.said.get(indicator, ())
        spans = [(s.since, s.until or end) for s in held_by]
        if not covers(spans, start, end):
            return None
        return next(s for s in held_by if s.until is None or s.until >= end)

    def spans(self, indicator: str, end: date) -> list[Span]:
        """The days of which the records are said to be all: stated, or closed as they stood."""
        stated = [(s.since, s.until or end) for s in self.said.get(indicator, ())]
        return stated + [(a, b) for a, b in self.closed.get(indicator, ()) if a is not None]


def stated_of(indicators: set[str]) -> Asking[Stated]:
    """Statements and closings of these indicators; one of the questions of a page."""
    said, spans = yield said_complete(indicators), closed_spans(indicators)
    closed: dict[str, list[tuple[date | None, date]]] = {}
    for indicator, start, end in spans:
        closed.setdefault(indicator, []).append((start, end))
    return Stated(by_indicator(said), closed)


def compared_span(name: str, known: Measure, published: Published) -> Reckoning:
    """The days of our records that a published figure is laid beside."""
    return name, period_start(known.nature, published.until.year), published.until


def coverage_of(
    known: Measure,
    compared: Beside | None,
    statement: Completeness | None,
    as_of: date,
    rules: Supervision,
) -> Coverage:
    """How far our records may be taken for the whole on a day, and how that is known."""
    if not known.official:
        return Coverage("other", False, Said("coverage.other_thing"))
    fresh = compared and (as_of - compared.published.until).days <= rules.stale_days
    share = compared.share if compared and fresh else None
    if statement:
        facts = {"since": statement.since, "by": statement.stated_by, "basis": statement.basis}
        return Coverage("stated", True, Said("coverage.stated", **facts), share)
    if compared is None or share is None:
        return Coverage("unknown", False, Said("coverage.unknown"))
    return _compared(compared, share, rules)


def _compared(found: Beside, share: Fraction, rules: Supervision) -> Coverage:
    made = Coverage("compared", enough(share, rules.enough_percent), Said("nothing"), share)
    theirs = found.published
    facts = {
        "percent": made.percent,
        "ours": f"{found.ours.normalize():f}",
        "theirs": f"{theirs.value.normalize():f}",
        "when": theirs.as_of or theirs.period,
        "source": theirs.where,
    }
    return Coverage(made.how, made.enough, Said("coverage.compared", **facts), share)
