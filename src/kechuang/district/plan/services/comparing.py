"""A list or bulletin of the city's beside our records, in piles, each row with its likely reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kechuang.book.cells import read_cell
from kechuang.book.reading import Reading, read
from kechuang.book.schemas import Indicator
from kechuang.book.sheets import Column, Layout
from kechuang.district.accounts.models import Organisation
from kechuang.district.accounts.queries import organisations_by_code
from kechuang.district.core import files, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.doubts import note_doubts
from kechuang.district.core.imports.sheet_rows import ReadRow, Skipped, read_rows
from kechuang.district.core.models import Doubt
from kechuang.district.core.strangers import read_sheet_apart
from kechuang.district.plan.models import COMPARISONS, Comparison
from kechuang.district.plan.permissions import can_keep_tasks
from kechuang.district.registry.models import Recognition
from kechuang.district.registry.queries import (
    counted_rungs,
    is_kept,
    recognitions_of_codes,
    recognitions_of_rung,
)
from kechuang.district.transfer.models import Contract
from kechuang.district.transfer.queries import contracts_numbered, registered_between
from kechuang.engines.base.errors import Invalid, NotAllowed
from kechuang.engines.base.sayings import Said, recalled
from kechuang.engines.planning import Line, Piles, Rules, Sum, reconcile

_KEYS = {"firms": "code", "contracts": "number"}


@dataclass(frozen=True)
class Compared:
    """The piles, and how their rows add up to both books; to the fen where a row is an amount."""

    piles: Piles
    sums: Mapping[str, Sum]
    of_money: bool


def lay(
    kind: str, name: str, data: bytes, options: Mapping[str, str], actor: Actor, at: datetime
) -> Comparison:
    """Keep a list that shall be laid beside ours. Nothing of it is written into our books."""
    if not (verdict := can_keep_tasks(actor)):
        raise NotAllowed(verdict.why)
    if kind not in COMPARISONS:
        raise Invalid("comparison.kind_missing", "kind")
    start, end = _day(options.get("start", ""), "start"), _day(options.get("end", ""), "end")
    if start is None or end is None or end < start:
        raise Invalid("comparison.days_missing", "end")
    if kind == "firms" and options.get("rung") not in _rungs():
        raise Invalid("comparison.rung_missing", "rung")
    _reading(kind, data, name)
    digest = files.keep(data)
    with ledger.writing():
        made = Comparison.objects.create(
            kind=kind,
            name=name[-200:],
            digest=digest,
            options=dict(options),
            made_by=actor.label,
            made_at=at,
        )
        ledger.record(
            "plan.comparison.lay",
            subject_kind="plan.comparison",
            subject_id=made.pk,
            label=made.name,
            actor=actor,
            at=at,
            facts={"kind": kind, "digest": digest, **made.options},
        )
    return made


def _rungs() -> set[str]:
    columns = current_book().layouts["firms"].columns
    return set(next(c for c in columns if c.field == "rung").choices)


def _reading(kind: str, data: bytes, name: str) -> Reading:
    """The list as it stands: nothing of it is written, so its units are taken as it says them."""
    return read(read_sheet_apart(data, name), _layout(kind), {}, lambda field: None)


def _layout(kind: str) -> Layout:
    """The import's layout, but only the key is needed: a published list has few columns."""
    whole = current_book().layouts[kind]
    columns = tuple(
        replace(c, required=c.field == _KEYS[kind], named_by="", asked_with="")
        for c in whole.columns
    )
    return Layout(whole.kind, whole.title, (_KEYS[kind],), columns)


def _day(text: str, field: str) -> date | None:
    column = Column(field, field, "day")
    found = read_cell(column, text, current_book())
    return date.fromisoformat(str(found)) if found else None


def compare(made: Comparison) -> Compared:
    """The piles as they are now: our side may have changed since the list came."""
    reading = _reading(made.kind, files.fetch(made.digest), made.name)
    rows = read_rows(reading, current_book(), Skipped())
    theirs = [_their_line(made.kind, row) for row in rows]
    start, end = _day(made.options["start"], "start"), _day(made.options["end"], "end")
    assert start
    assert end
    keys = [line.key for line in theirs if line.key]
    ours, rules = (_firms if made.kind == "firms" else _contracts)(made, start, end, keys)
    piles = reconcile(theirs, ours, rules)
    return Compared(piles, piles.sums, made.kind == "contracts")


def _their_line(kind: str, row: ReadRow) -> Line:
    """A row of their sheet, whatever of it can be read; what is wrong with its key stays with it."""
    values, place = row.values, _KEYS[kind]
    key, name = str(values.get(place) or ""), str(values.get("name") or "")
    headings = {c.heading: c.field for c in _layout(kind).columns}
    unread = {headings.get(p["heading"], "") for p in row.problems}
    wrong = [recalled(p["words"]) for p in row.problems if _about(p, place, headings)]
    fault = wrong[0] if not key and wrong else ""
    day = values.get("valid_from" if kind == "firms" else "registered_on")
    facts = {
        "name": name,
        "day": date.fromisoformat(str(day)) if day else None,
        "number": values.get("number"),
        "place": values.get("district"),
        "kind": values.get("kind"),
        "amount": _amount(values.get("amount_fen")),
        "unread": tuple(_FACT_OF.get(f, f) for f in unread),
    }
    fen = values.get("amount_fen") if kind == "contracts" else None
    return Line(key, name or key, facts, str(row.line), fen, fault)


_FACT_OF = {"amount_fen": "amount", "registered_on": "day", "valid_from": "day"}


def _about(problem: Mapping[str, Any], place: str, headings: Mapping[str, str]) -> bool:
    return headings.get(problem["heading"]) == place


def _amount(fen: int | None) -> Said | None:
    return None if fen is None else Said("amount", amount_fen=fen)


Elsewhere = tuple[Said, Line]


def _firms(
    made: Comparison, start: date, end: date, keys: Sequence[str]
) -> tuple[list[Line], Rules]:
    rung = made.options["rung"]
    ours = [_recognised(r) for r in recognitions_of_rung(rung, start, end)]
    known = organisations_by_code(keys)
    held: dict[str, list[Recognition]] = {}
    for r in recognitions_of_codes(keys):
        held.setdefault(r.firm.organisation.reference, []).append(r)
    rules = Rules(
        {"name": "名称", "number": "编号"},
        start,
        end,
        made.options.get("place", ""),
        _day(made.options.get("published", ""), "published"),
        lambda code: _firm_elsewhere(code, rung, held.get(code, []), known.get(code)),
    )
    return ours, rules


def _recognised(r: Recognition) -> Line:
    owner = r.firm.organisation
    facts = {
        "name": owner.name,
        "day": r.valid_from,
        "number": r.number,
        "former_names": owner.former_names,
    }
    return Line(owner.reference, owner.name, facts, str(r.firm_id))


def _firm_elsewhere(
    code: str, rung: str, held: Sequence[Recognition], owner: Organisation | None
) -> Elsewhere | None:
    """Where our books know a firm of which this list's recognition is not among ours."""
    same = [r for r in held if r.rung in counted_rungs(rung)]
    for r in sorted(same, key=lambda r: r.state != "recorded"):
        if r.state == "recorded":
            return Said("lonely.other_period", day=r.valid_from), _recognised(r)
        return Said("lonely.taken_back", day=r.valid_from), _recognised(r)
    for r in held:
        if r.state == "recorded":
            return Said("lonely.other_rung", name=r.name, day=r.valid_from), _recognised(r)
    if owner is None:
        return None
    kept = str(owner.pk) if is_kept(owner.pk) else ""
    return Said("lonely.no_such_recognition", name=owner.name), Line(
        code, owner.name, {"name": owner.name}, kept
    )


def _contracts(
    made: Comparison, start: date, end: date, keys: Sequence[str]
) -> tuple[list[Line], Rules]:
    ours = [_signed(c) for c in registered_between(start, end)]
    known = {c.number: c for c in contracts_numbered(keys)}
    rules = Rules(
        {"amount": "成交额", "kind": "类别", "day": "登记日期"},
        start,
        end,
        "",
        _day(made.options.get("published", ""), "published"),
        lambda number: _contract_elsewhere(known.get(number)),
    )
    return ours, rules


def _signed(c: Contract) -> Line:
    facts = {
        "name": c.name,
        "day": c.registered_on,
        "kind": c.kind,
        "amount": _amount(c.amount_fen),
    }
    return Line(c.number or "", c.name, facts, str(c.pk), c.amount_fen)


def _contract_elsewhere(known: Contract | None) -> Elsewhere | None:
    """Where our books know a number that is not among the contracts registered in the period."""
    if known is None:
        return None
    if known.state == "cancelled":
        return Said("lonely.cancelled"), _signed(known)
    if known.state != "registered":
        return Said("lonely.not_registered"), _signed(known)
    return Said("lonely.other_period", day=known.registered_on), _signed(known)


def hand_over(made: Comparison, at: datetime) -> int:
    """Doubtful pairs to a person; returns how many are new."""
    found = [
        Doubt(
            kind="plan.comparison",
            left_id=theirs.key or f"{made.pk} 行 {theirs.ref}",
            right_id=ours.key,
            left_label=f"{theirs.label}（{theirs.key or theirs.ref}）"[:320],
            right_label=f"{ours.label}（{ours.key}）"[:320],
            why=why.as_text(),
            created_at=at,
        )
        for theirs, ours, why in compare(made).piles.doubtful
    ]
    with ledger.writing():
        return note_doubts(found, at)


def explaining(indicator: Indicator, year: int) -> tuple[Comparison, Compared] | None:
    """The newest list laid beside an indicator's records in a year, and what it says of the
    difference.
    """
    kind = "contracts" if indicator.measure == "technology_contract_turnover" else "firms"
    for made in Comparison.objects.filter(kind=kind).order_by("-pk")[:50]:
        same_rung = kind == "contracts" or made.options.get("rung") == indicator.measure
        if same_rung and str(made.options.get("end", "")).startswith(str(year)):
            return made, compare(made)
    return None
