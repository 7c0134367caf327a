"""Reckoning an indicator over our records, and keeping what was found."""

from datetime import date, datetime
from decimal import Decimal

from kechuang.book.schemas import Indicator
from kechuang.district.core import ledger
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.plan.measures import MEASURES, Found, Measure
from kechuang.district.plan.models import Measurement
from kechuang.district.plan.queries import last_day
from kechuang.district.transfer import queries as transfer
from kechuang.engines.base.money import in_unit


def measure_of(indicator: Indicator) -> Measure | None:
    return MEASURES.get(indicator.measure)


def period_start(nature: str, year: int) -> date:
    """From which day a measure counts: the year for a flow, for events the first day of the plan
    in force at the year's end.
    """
    plan = current_book().plan_on(date(year, 12, 31))
    if nature == "events" and plan:
        return min(plan.start, date(year, 1, 1))
    return date(year, 1, 1)


def reckon(indicator: Indicator, year: int, today: date) -> Found | None:
    """The value now; None when our records cannot tell."""
    known = MEASURES.get(indicator.measure)
    if known is None:
        return None
    return known.find(period_start(known.nature, year), last_day(year, today))


def keep(
    indicator: str, year: int, today: date, found: Found, at: datetime, entry_id: int | None
) -> Measurement:
    """Keep a value when it differs from the last one, with an entry of its own."""
    last = Measurement.objects.filter(indicator=indicator, year=year).first()
    if last and last.value == str(found.value) and last.rows == found.rows:
        return last
    with ledger.writing():
        made = Measurement.objects.create(
            indicator=indicator,
            year=year,
            as_of=last_day(year, today),
            value=str(found.value),
            rows=found.rows,
            measured_at=at,
            entry_id=entry_id,
        )
        ledger.record(
            "plan.measurement.keep",
            subject_kind="plan.measurement",
            subject_id=made.pk,
            label=str(made),
            actor=SYSTEM,
            at=at,
        )
    return made


def measure(
    indicator: Indicator, year: int, today: date, at: datetime, entry_id: int | None = None
) -> Measurement | None:
    """Reckon, and keep the result when it differs from the last one."""
    found = reckon(indicator, year, today)
    return keep(indicator.id, year, today, found, at, entry_id) if found else None


def measure_turnover(today: date, at: datetime, entry_id: int | None = None) -> int:
    """Every year's turnover by one query; returns how many years."""
    by_year = transfer.turnover_by_year(today)
    names = [
        i.id
        for i in current_book().indicators.values()
        if i.measure == "technology_contract_turnover"
    ]
    known = set(
        Measurement.objects.filter(indicator__in=names).values_list("year", flat=True).distinct()
    )
    for year in sorted({today.year, *by_year, *known}):
        fen, count = by_year.get(year, (0, 0))
        for name in names:
            keep(
                name,
                year,
                today,
                Found(in_unit(fen, "亿元") if fen else Decimal(0), count),
                at,
                entry_id,
            )
    return len(by_year)
