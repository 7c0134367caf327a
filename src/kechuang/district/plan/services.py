from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kechuang.book.schemas import Book, Figure, Indicator, Target
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.engines.base.errors import Invalid

from .measures import MEASURES, Found, Measure
from .models import Bulletin, Measurement
from .queries import last_day, last_measurement, latest_bulletin
from .workflow import BULLETINS


@dataclass(frozen=True)
class Reading:
    """One target as the plan page shows it.

    ``how``: computed, reported, quoted or none. ``light``: met, short, none (no judgement can be made).
    """

    target: Target
    indicator: Indicator
    year: int
    as_of: date | None
    value: Decimal | None
    how: str
    scope: str
    light: str
    rows: int
    source: str
    period: str
    parent: Target | None
    bulletin: Bulletin | None


def measure(
    indicator: Indicator, year: int, today: date, at: datetime, entry_id: int | None = None
) -> Measurement | None:
    """Reckon, and keep the result when it differs from the last one."""
    found = reckon(indicator, year, today)
    if found is None:
        return None
    last = last_measurement(indicator.id, year)
    if last and last.value == str(found.value) and last.rows == found.rows:
        return last
    return Measurement.objects.create(
        indicator=indicator.id, year=year, as_of=last_day(year, today), value=str(found.value), rows=found.rows,
        measured_at=at, entry_id=entry_id,
    )  # fmt: skip


def reckon(indicator: Indicator, year: int, today: date) -> Found | None:
    """The value now; None when our records cannot tell."""
    known = MEASURES.get(indicator.measure)
    return known.find(year, last_day(year, today)) if known else None


def measure_of(indicator: Indicator) -> Measure | None:
    return MEASURES.get(indicator.measure)


def readings(book: Book, year: int, today: date) -> list[Reading]:
    """All targets of the book's plan for a year."""
    return [reading(book, target, year, today) for target in book.plan.targets] if book.plan else []


def reading(book: Book, target: Target, year: int, today: date) -> Reading:
    """One target: computed where our records can tell, else what was reported, else what was published."""
    indicator = book.indicators[target.indicator]
    known, found = MEASURES.get(indicator.measure), reckon(indicator, year, today)
    place = book.places[book.place].name if book.place in book.places else book.title
    bulletin = latest_bulletin(indicator.id, place, year)
    blank = Reading(
        target=target, indicator=indicator, year=year, as_of=None, value=None, how="none", light="none", rows=0, source="",
        scope=known.scope if known else "", period=str(year), parent=book.parent_target(target), bulletin=bulletin,
    )  # fmt: skip
    if known and found and found.rows:
        day = last_day(year, today)
        lit = light(target, found.value)
        return replace(
            blank, as_of=day, value=found.value, how="computed", light=lit, rows=found.rows
        )
    if bulletin:
        value = Decimal(bulletin.value)
        counting = bulletin.get_counting_display() or "未注明"
        return replace(
            blank, as_of=bulletin.as_of, value=value, how="reported", scope=f"通报口径：{counting}",
            light=light(target, value), source=bulletin.source,
        )  # fmt: skip
    if figure := quoted(book, target, year):
        return replace(
            blank, as_of=figure.as_of, value=figure.value, how="quoted", scope=figure.note, source=figure.source, period=figure.period
        )  # fmt: skip
    return blank


def quoted(book: Book, target: Target, year: int) -> Figure | None:
    """A published figure of that year for this place, when the book has one."""
    return next(
        (
            f for f in book.figures
            if f.indicator == target.indicator and f.place == book.place and str(f.period).startswith(str(year))
        ),
        None,
    )  # fmt: skip


def light(target: Target, value: Decimal) -> str:
    """met, short or none. About (左右) has no tolerance in the text, so it is not judged."""
    if target.value is None or target.bound not in (">=", ">"):
        return "none"
    met = value >= target.value if target.bound == ">=" else value > target.value
    return "met" if met else "short"


def report(values: Mapping[str, Any], actor: Actor, at: datetime) -> Bulletin:
    """Keep a published figure, as printed."""
    bulletin = Bulletin(**values, reported_by=actor.label)
    begin(BULLETINS, "report", bulletin, actor, at, facts={k: str(v) for k, v in values.items()})
    return bulletin


def restate(
    bulletin: Bulletin, changes: Mapping[str, Any], actor: Actor, at: datetime, why: str
) -> Entry:
    """A later print says otherwise; the ledger keeps what stood before."""
    facts = {"was": {k: str(getattr(bulletin, k)) for k in changes}}
    return advance(BULLETINS, "restate", bulletin, actor, at, why=why, changes=changes, facts=facts)


def withdraw(bulletin: Bulletin, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(BULLETINS, "withdraw", bulletin, actor, at, why=why)


def indicator_by_words(book: Book, words: str) -> Indicator:
    """An indicator by its id or its title, or a name that contains no other.

    Raises:
        Invalid: Unknown, with proposals.
    """
    for indicator in book.indicators.values():
        if words in (indicator.id, indicator.title):
            return indicator
    near = [i for i in book.indicators.values() if words in i.title or i.title in words]
    if len(near) == 1:
        return near[0]
    titles = tuple(i.title for i in book.indicators.values())
    raise Invalid(
        f"不认识指标“{words}”",
        "indicator",
        "plan.indicator",
        proposals=tuple(i.title for i in near) or titles,
    )
