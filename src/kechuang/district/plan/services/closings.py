"""Closed periods: what was published stays; what it would be today stands beside it, row by row."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError

from kechuang.district.core import clock, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry
from kechuang.district.core.registers import REGISTERS
from kechuang.district.core.together import answered
from kechuang.district.core.workflow import advance, begin
from kechuang.district.plan.measures import MEASURES, Measure, reckoned
from kechuang.district.plan.models import Closing, Correction
from kechuang.district.plan.workflow import CLOSINGS
from kechuang.engines.base.errors import Invalid, WrongState
from kechuang.engines.base.periods import period_end, period_span
from kechuang.engines.base.sayings import Said, recalled

from .measuring import period_start

MOST_ROWS = 20_000  # beyond, only the digest of the rows is kept


@dataclass(frozen=True)
class Change:
    """A record that makes today's value differ from the closed one.

    ``how``: added, gone or changed.
    """

    how: str
    record: int
    label: str
    was: Decimal | None
    now: Decimal | None
    why: str


@dataclass(frozen=True)
class Now:
    """A closed figure against today's reckoning of the same period."""

    closing: Closing
    value: Decimal
    count: int

    @property
    def difference(self) -> Decimal:
        """Today's value minus the published one."""
        return self.value - Decimal(self.closing.value)


@dataclass(frozen=True)
class Drift(Now):
    """The same, with the records that make the difference."""

    changes: tuple[Change, ...]
    complete: bool


def _measure_name(indicator: str) -> str:
    found = current_book().indicators.get(indicator)
    return found.measure if found else ""


def _measure(indicator: str) -> Measure:
    known = MEASURES.get(_measure_name(indicator))
    if known is None or known.records is None:
        raise Invalid("closing.not_computed", "indicator")
    return known


def span(known: Measure, period: str) -> tuple[date, date]:
    """The days of a period: a flow is the year to date up to its end."""
    end = period_end(period)
    return period_start(known.nature, end.year), end


def closed_days(closing: Closing) -> tuple[date, date]:
    """The first and last day that a closed figure counts."""
    start = closing.start or span(_measure(closing.indicator), closing.period)[0]
    return start, closing.as_of


def counts_what(closing: Closing) -> Said:
    """Whether a closed figure is the period's own or goes back further, and which days it counts."""
    known = MEASURES.get(_measure_name(closing.indicator))
    if known is None:
        return Said("closing.counts_unknown")
    if known.nature == "stock":
        return Said("closing.counts_stock", end=closing.as_of)
    start, end = closed_days(closing)
    own = _own_start(closing.period)
    if start == own:
        code = "closing.counts_period"
    elif start == date(end.year, 1, 1):
        code = "closing.counts_year_to_date"
    else:
        code = "closing.counts_plan_to_date"
    return Said(code, start=start, end=end)


def _own_start(period: str) -> date:
    """The first day of a closed month, quarter or year itself."""
    return date(int(period), 1, 1) if period.isdecimal() else period_span(period)[0]


def _rows(known: Measure, start: date, end: date) -> list[tuple[int, int, str, Any]]:
    """(id, version, share of the value as text, record) of every row, in order of id."""
    assert known.records
    name, found = known.records(start, end)
    share = REGISTERS[name].share
    return [
        (r.pk, r.version, str(getattr(r, share)) if share else "1", r) for r in found.order_by("pk")
    ]


def close_period(indicator: str, period: str, actor: Actor, at: datetime) -> Closing:
    """Freeze a period's figure with the rows it rests on.

    Raises:
        WrongState: The period is not over, or closed already.
    """
    known = _measure(indicator)
    start, end = span(known, period)
    if end >= clock.day_of(at):
        raise WrongState("closing.too_early", period=period, end=end)
    found, rows = known.find(start, end), _rows(known, start, end)
    kept = [[pk, version, share] for pk, version, share, _ in rows]
    closing = Closing(
        indicator=indicator,
        period=period,
        start=start,
        as_of=end,
        value=str(found.value),
        count=found.rows,
        rows=kept if len(kept) <= MOST_ROWS else [],
        digest=_digest(kept),
        closed_by=actor.label,
    )
    try:
        with ledger.writing():
            begin(
                CLOSINGS,
                "close_period",
                closing,
                actor,
                at,
                facts={"value": closing.value, "digest": closing.digest},
            )
    except IntegrityError as e:
        raise WrongState("closing.exists", period=period) from e
    return closing


def _digest(rows: list[list[Any]]) -> str:
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def now_of(closed: Sequence[Closing]) -> list[Now]:
    """What closed figures would be today: one query for all of them."""
    spans = [(_measure_name(c.indicator), *closed_days(c)) for c in closed]
    (found,) = answered([reckoned(spans)])
    held = ((c, found[span]) for c, span in zip(closed, spans, strict=True))
    return [Now(c, value.value, value.rows) for c, value in held]


def drift(closing: Closing) -> Drift:
    """What the closed figure would be today, and which records make the difference."""
    known = _measure(closing.indicator)
    start, end = closed_days(closing)
    found, rows = known.find(start, end), _rows(known, start, end)
    if not closing.rows and closing.count:
        same = _digest([[a, b, c] for a, b, c, _ in rows]) == closing.digest
        return Drift(closing, found.value, found.rows, (), same)
    was = {pk: (version, share) for pk, version, share in closing.rows}
    now = {pk: (version, share, record) for pk, version, share, record in rows}
    name = known.records(start, end)[0] if known.records else ""
    changes = [
        Change("added", pk, now[pk][2].label, None, Decimal(now[pk][1]), _why(name, pk))
        for pk in sorted(now.keys() - was.keys())
    ]
    changes += [
        Change("gone", pk, _label(name, pk), Decimal(was[pk][1]), None, _why(name, pk))
        for pk in sorted(was.keys() - now.keys())
    ]
    changes += [
        Change(
            "changed",
            pk,
            now[pk][2].label,
            Decimal(was[pk][1]),
            Decimal(now[pk][1]),
            _why(name, pk),
        )
        for pk in sorted(was.keys() & now.keys())
        if was[pk][1] != now[pk][1]
    ]
    return Drift(closing, found.value, found.rows, tuple(changes), True)


def _last(name: str, pk: int) -> Entry | None:
    return ledger.history(name, pk).order_by("-id").first()


def _why(name: str, pk: int) -> str:
    entry = _last(name, pk)
    return f"{entry.day} {recalled(entry.why) or entry.kind.rpartition('.')[2]}" if entry else ""


def _label(name: str, pk: int) -> str:
    entry = _last(name, pk)
    return entry.label if entry else str(pk)


def correct_closing(closing: Closing, actor: Actor, at: datetime, why: str) -> Correction:
    """Write today's value beside the published one, with the reason. The published one stays."""
    found = drift(closing)
    if not found.difference and found.count == closing.count:
        raise WrongState("closing.no_difference")
    with ledger.writing():
        facts = {"published": closing.value, "now": str(found.value)}
        made = Correction.objects.create(
            closing=closing,
            value=str(found.value),
            count=found.count,
            why=why,
            by=actor.label,
            at=at,
        )
        advance(CLOSINGS, "correct_closing", closing, actor, at, why=why, facts=facts)
    return made
