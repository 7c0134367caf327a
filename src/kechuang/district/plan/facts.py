"""What a reported figure is of: the days of its period, and whether it is the period's own or the
year's to date.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal

from kechuang.district.core.books import current_book
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.periods import period_span
from kechuang.engines.planning import Flow, kept
from kechuang.engines.text import normalise

from .models import ReportedFigure

_PRINTED = re.compile(
    r"(\d{4})年?(?:(?P<from>1)[月]?[-—–~至到])?(?P<month>1[0-2]|0?[1-9])月(?P<sum>累计)?"
)


def counts_days(thing: ReportedFigure) -> tuple[date, date] | None:
    """First and last day of the month or quarter of a flow; None for whole years and for what is
    no flow: those can be read in one way only.
    """
    indicator = current_book().indicators.get(thing.indicator)
    if indicator is None or indicator.kind != "flow":
        return None
    with suppress(Invalid):
        return period_span(thing.period or "")
    return None


def say_printed(thing: ReportedFigure) -> None:
    """2026年1—9月 is the year's to date in 2026-09; 2026年9月 is 2026-09, and says nothing of that."""
    found = _PRINTED.fullmatch(normalise(thing.period or "").replace(" ", ""))
    if found:
        thing.period = f"{found[1]}-{int(found['month']):02}"
        if (found["from"] or found["sum"]) and not thing.counting:
            thing.counting = "ytd"


def flow_of(thing: ReportedFigure) -> Flow | None:
    """A figure as a flow; None for what is none, or has no value that can be read. One that does
    not say what it is was taken for the year's to date when it was reported, and stays so.
    """
    days, value = counts_days(thing), kept(thing.value)
    if days is None or value is None:
        return None
    return Flow(*days, Decimal(value), own=thing.counting == "own")


def flows(found: Iterable[ReportedFigure]) -> list[Flow]:
    """Those that are flows of a month or quarter."""
    return [f for f in map(flow_of, found) if f is not None]
