"""How each indicator is reckoned from the records below.

Asked anew every time; nothing is incremented.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet

from kechuang.book.sheets import BookRegister
from kechuang.district.core.books import declared_registers
from kechuang.district.core.together import Asking, whole
from kechuang.district.market import queries as market
from kechuang.district.registry import queries as registry
from kechuang.district.transfer import queries as transfer
from kechuang.engines.base.money import in_unit
from kechuang.engines.base.sayings import Said


@dataclass(frozen=True)
class Found:
    """A value in the indicator's unit, and how many records it rests on."""

    value: Decimal
    rows: int


@dataclass(frozen=True)
class Measure:
    """``asked(start, end)`` is what the database is asked, ``made`` what its rows come to;
    ``scope`` says in words what is counted; ``kinds`` what moves it.

    ``nature``: flow (of a year), events (of the plan's period) or stock (on the last day).
    ``records(start, end)`` are the rows themselves: (register, queryset), or None when there are
    none to open.
    """

    asked: Callable[[date, date], QuerySet[Any]]
    made: Callable[[Sequence[Any]], Found]
    scope: str
    kinds: tuple[str, ...]
    nature: str
    records: Callable[[date, date], tuple[str, Any]] | None = None
    official: bool = (
        True  # False: our records are another thing than the official figure; shown, never judged
    )

    def find(self, start: date, end: date) -> Found:
        """Reckon it now; many spans are asked together by `reckoned`."""
        return self.made(list(self.asked(start, end)))


Span = tuple[str, date, date]  # (measure, first day, last day)


def reckoned(spans: Collection[Span]) -> Asking[dict[Span, Found]]:
    """What each measure comes to in a span; one of the questions of a page."""
    answers = yield [MEASURES[name].asked(start, end) for name, start, end in spans]
    return {span: MEASURES[span[0]].made(rows) for span, rows in zip(spans, answers, strict=True)}


def _turnover(rows: Sequence[Any]) -> Found:
    fen, count = rows[0] if rows else (0, 0)
    return Found(in_unit(int(fen or 0), "亿元"), int(count))


def _standing(rows: Sequence[Any]) -> Found:
    firms, count = rows[0] if rows else (0, 0)
    return Found(Decimal(firms), int(count))


def _number(rows: Sequence[Any]) -> Found:
    count = rows[0][0] if rows else 0
    return Found(Decimal(count), int(count))


def _patents(lists: Sequence[Any]) -> Found:
    count = len(market.invention_patents(lists))
    return Found(Decimal(count), count)


def _firms(rung: str, *, flow: bool = False) -> Measure:
    return Measure(
        lambda start, end: registry.standing(rung, end),
        _standing,
        Said("measure.entries_of_year") if flow else Said("measure.in_force"),
        ("registry.recognition.*",),
        "flow" if flow else "stock",
        lambda start, end: ("registry.recognition", registry.counted(rung, end)),
    )


def _established(*kinds: str) -> Measure:
    return Measure(
        lambda start, end: whole(registry.established(kinds, start, end), rows=Count("pk")),
        _number,
        Said("measure.approved"),
        ("registry.establishment.*",),
        "events",
        lambda start, end: ("registry.establishment", registry.established(kinds, start, end)),
    )


def _parks(start: date, end: date) -> QuerySet[Any]:
    return registry.standing_establishments("science_park", end)


def _declared(given: BookRegister) -> Measure:
    """A register of the book counts its records in force by their day."""

    def records(start: date, end: date) -> tuple[str, Any]:
        return f"registry.{given.id}", registry.live_between(given.id, given.counts_on, start, end)

    return Measure(
        lambda start, end: whole(records(start, end)[1], rows=Count("pk", distinct=True)),
        _number,
        Said("measure.declared", title=given.title),
        (f"registry.{given.id}.*",),
        "events",
        records,
    )


MEASURES: dict[str, Measure] = {
    "technology_contract_turnover": Measure(
        transfer.turnover_between,
        _turnover,
        Said("measure.turnover"),
        ("transfer.contract.*",),
        "flow",
        lambda start, end: ("transfer.contract", transfer.registered_between(start, end)),
    ),
    "high_tech": _firms("high_tech"),
    "young_eagle": _firms("young_eagle", flow=True),
    "gazelle": _firms("gazelle", flow=True),
    "leading": _firms("leading"),
    "sme": _firms("sme", flow=True),
    "library_invention_patents": Measure(
        lambda start, end: market.patent_lists(),
        _patents,
        Said("measure.patents"),
        ("market.achievement.*",),
        "stock",
        official=False,
    ),
    "platforms_facilities": _established("facility", "platform"),
    "special_projects": _established("special_project"),
    "university_science_parks": Measure(
        lambda start, end: whole(_parks(start, end), rows=Count("pk")),
        _number,
        Said("measure.science_parks"),
        ("registry.establishment.*",),
        "stock",
        lambda start, end: ("registry.establishment", _parks(start, end)),
    ),
}
MEASURES |= {f"register:{r.id}": _declared(r) for r in declared_registers() if r.counts_on}
