"""How each indicator is reckoned from the records below.

Asked anew every time; nothing is incremented.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from kechuang.book.sheets import BookRegister
from kechuang.district.core.books import declared_registers
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
    """``find(start, end)`` reckons; ``scope`` says in words what is counted; ``kinds`` what moves
    it.

    ``nature``: flow (of a year), events (of the plan's period) or stock (on the last day).
    ``records(start, end)`` are the rows themselves: (register, queryset), or None when there are
    none to open.
    """

    find: Callable[[date, date], Found]
    scope: str
    kinds: tuple[str, ...]
    nature: str
    records: Callable[[date, date], tuple[str, Any]] | None = None
    official: bool = (
        True  # False: our records are another thing than the official figure; shown, never judged
    )


def _turnover(start: date, end: date) -> Found:
    fen, count = transfer.turnover_between(start, end)
    return Found(in_unit(fen, "亿元"), count)


def _firms(rung: str, *, flow: bool = False) -> Measure:

    def find(start: date, end: date) -> Found:
        firms, rows = registry.standing(rung, end)
        return Found(Decimal(firms), rows)

    return Measure(
        find,
        Said("measure.entries_of_year") if flow else Said("measure.in_force"),
        ("registry.recognition.*",),
        "flow" if flow else "stock",
        lambda start, end: ("registry.recognition", registry.counted(rung, end)),
    )


def _patents(start: date, end: date) -> Found:
    count = len(market.invention_patents())
    return Found(Decimal(count), count)


def _established(*kinds: str) -> Measure:
    def find(start: date, end: date) -> Found:
        count = registry.established(kinds, start, end).count()
        return Found(Decimal(count), count)

    return Measure(
        find,
        Said("measure.approved"),
        ("registry.establishment.*",),
        "events",
        lambda start, end: ("registry.establishment", registry.established(kinds, start, end)),
    )


def _parks(start: date, end: date) -> Found:
    count = registry.standing_establishments("science_park", end).count()
    return Found(Decimal(count), count)


def _declared(given: BookRegister) -> Measure:
    """A register of the book counts its records in force by their day."""

    def records(start: date, end: date) -> tuple[str, Any]:
        return f"registry.{given.id}", registry.live_between(given.id, given.counts_on, start, end)

    def find(start: date, end: date) -> Found:
        count = records(start, end)[1].count()
        return Found(Decimal(count), count)

    said = Said("measure.declared", title=given.title)
    return Measure(find, said, (f"registry.{given.id}.*",), "events", records)


MEASURES: dict[str, Measure] = {
    "technology_contract_turnover": Measure(
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
        _patents,
        Said("measure.patents"),
        ("market.achievement.*",),
        "stock",
        official=False,
    ),
    "platforms_facilities": _established("facility", "platform"),
    "special_projects": _established("special_project"),
    "university_science_parks": Measure(
        _parks,
        Said("measure.science_parks"),
        ("registry.establishment.*",),
        "stock",
        lambda start, end: (
            "registry.establishment",
            registry.standing_establishments("science_park", end),
        ),
    ),
}
MEASURES |= {f"register:{r.id}": _declared(r) for r in declared_registers() if r.counts_on}
