"""Writing the rows of a simulated district in bulk, as an office brings in its sheets.

The rows are sound by construction (a test proves it), so they are not checked one by one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from kechuang.district.accounts.models import Organisation
from kechuang.district.core import bulk, ledger
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.ledger import Line
from kechuang.district.core.registers import Register
from kechuang.district.core.registers.many import create_many
from kechuang.district.core.registers.steps import stamp
from kechuang.district.core.registers.values import put
from kechuang.district.registry.models import FirmYear
from kechuang.engines.text import comparable
from kechuang.simulation import Approval, Certificate, Deal, Firm, Notice, Offer, Party, Want, Year
from kechuang.simulation.calendar import month_end

Values = dict[str, Any]
_YEAR_STEPS = {
    "draft": ("open_year", "save_year"),
    "submitted": ("open_year", "save_year", "submit_year"),
    "accepted": ("open_year", "save_year", "submit_year", "accept_year"),
    "returned": ("open_year", "save_year", "submit_year", "return_year"),
}
_AFTER = {
    "open_year": "draft",
    "save_year": "draft",
    "submit_year": "submitted",
    "accept_year": "accepted",
    "return_year": "returned",
}


@dataclass
class Known:
    """What was written so far and is named by what comes: by credit code, or by number."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    firms: dict[str, Any] = field(default_factory=dict)
    listings: dict[str, Any] = field(default_factory=dict)


def by_month(rows: Iterable[Any], day: Callable[[Any], date]) -> list[tuple[date, list[Any]]]:
    """Rows by month, each month under its last day."""

    def month(row: Any) -> date:
        found = day(row)
        return month_end(found.year, found.month)

    return [(end, list(group)) for end, group in groupby(sorted(rows, key=month), month)]


def bring(
    register: Register[Any],
    name: str,
    rows: Iterable[Values],
    at: datetime,
    actor: Actor = SYSTEM,
) -> list[Any]:
    """New records of a register by one step, as its sheet makes them."""
    things = []
    for values in rows:
        thing = bulk.new(register.model)
        register.born(thing, actor, at)
        put(register, thing, {**values, **stamp(register, name, thing, actor, at)})
        things.append(thing)
    create_many(register, name, things, actor, at)
    return things


def bring_organisations(parties: Iterable[Party], known: Known, at: datetime) -> None:
    """Organisations, each with its entry of the ledger."""
    held = list(parties)
    made = [
        bulk.new(
            Organisation,
            id=number,
            code=p.code,
            name=p.name,
            kind=p.kind,
            former_names=list(p.former_names),
            search=comparable(" ".join([p.name, *p.former_names, p.code])),
        )
        for p, number in zip(held, bulk.reserve(Organisation, len(held)), strict=True)
    ]
    bulk.insert(made)
    known.organisations.update({o.code: o for o in made})
    kind = "accounts.organisation"
    lines = [Line(f"{kind}.add", kind, o.pk, o.name, facts={"name": o.name}) for o in made]
    ledger.record_many(lines, SYSTEM, at)


def bring_years(rows: Sequence[Year], known: Known, at: datetime) -> None:
    """Yearly returns with the steps that they took."""
    made, lines = [], []
    for row, number in zip(rows, bulk.reserve(FirmYear, len(rows)), strict=True):
        firm, steps = known.firms[row.code], _YEAR_STEPS[row.state]
        facts = {name: {"v": words, "s": "self"} for name, words in row.facts.items()}
        given = {"state": row.state, "version": len(steps), "changed_at": at}
        made.append(
            bulk.new(FirmYear, id=number, firm_id=firm.pk, year=row.year, facts=facts, **given)
        )
        label, was = f"{firm.organisation.name} {row.year} 年报", ""
        for name in steps:
            why = "研发费用与去年相差较大，请附说明" if name == "return_year" else ""
            told = {"year": row.year} if name == "open_year" else {}
            kind, to = f"registry.year.{name}", _AFTER[name]
            lines.append(Line(kind, "registry.year", number, label, was, to, why, told))
            was = to
    bulk.insert(made)
    ledger.record_many(lines, SYSTEM, at)


def firm_values(row: Firm, known: Known) -> Values:
    organisation = known.organisations[row.party.code]
    own = {n: getattr(row, n) for n in ("town", "park", "industry", "founded_on", "staff")}
    return {"organisation": organisation, **own}


def certificate_values(row: Certificate, known: Known) -> Values:
    own = {n: getattr(row, n) for n in ("rung", "number", "valid_from", "valid_until")}
    return {"firm": known.firms[row.code], **own}


def deal_values(row: Deal, known: Known) -> Values:
    own = {n: getattr(row, n) for n in ("name", "kind", "amount_fen", "technology_fen")}
    days = {"signed_on": row.signed_on, "registered_on": row.registered_on}
    sides = {n: known.organisations[getattr(row, n)] for n in ("seller", "buyer")}
    return {"number": row.number or None, **own, **days, **sides, "sample": True}


def approval_values(row: Approval, known: Known) -> Values:
    own = {n: getattr(row, n) for n in ("kind", "level", "name", "number", "approved_on")}
    return {**own, "operator": known.organisations[row.operator], "sample": True}


def notice_values(row: Notice) -> Values:
    own = {n: getattr(row, n) for n in ("indicator", "place", "as_of", "counting", "source")}
    return {**own, "value": str(row.value)}


_SHARED = ("title", "field", "trl")


def offer_values(row: Offer, known: Known) -> Values:
    own = {n: getattr(row, n) for n in (*_SHARED, "summary", "price_fen")}
    lists = {n: list(getattr(row, n)) for n in ("keywords", "modes", "people", "patents")}
    owner = known.organisations[row.owner]
    return {"reference": row.number, **own, **lists, "owner": owner, "sample": True}


def want_values(row: Want, known: Known) -> Values:
    texts = ("problem", "wanted", "tried", "budget_fen", "due_on", "confidentiality")
    own = {n: getattr(row, n) for n in (*_SHARED, *texts)}
    lists = {n: list(getattr(row, n)) for n in ("keywords", "modes")}
    owner = known.organisations[row.owner]
    return {"reference": row.number, **own, **lists, "owner": owner, "sample": True}
