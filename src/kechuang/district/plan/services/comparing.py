"""A list or bulletin of the city's beside our records, in piles, each row with its likely reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kechuang.book.cells import read_cell
from kechuang.book.reading import Reading, read
from kechuang.book.schemas import Indicator
from kechuang.book.sheets import Column, Layout
from kechuang.district.accounts.queries import organisations_by_code
from kechuang.district.core import files, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.imports.sheet_rows import Skipped, read_rows
from kechuang.district.core.models import Doubt
from kechuang.district.core.strangers import read_sheet_apart
from kechuang.district.plan.models import COMPARISONS, Comparison
from kechuang.district.plan.permissions import can_keep_tasks
from kechuang.district.registry.queries import recognitions_of_rung
from kechuang.district.transfer.queries import registered_between
from kechuang.engines.base.errors import Invalid, NotAllowed
from kechuang.engines.base.sayings import Said, recalled
from kechuang.engines.planning import Line, Piles, Rules, reconcile

_KEYS = {"firms": "code", "contracts": "number"}


@dataclass(frozen=True)
class Compared:
    """The piles and what they say of the value: theirs, ours, and how the difference adds up."""

    piles: Piles
    theirs: int
    ours: int
    explained: tuple[tuple[str, int], ...]
    unreadable: tuple[Said, ...]


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
    book = current_book()
    reading = _reading(made.kind, files.fetch(made.digest), made.name)
    rows = read_rows(reading, book, Skipped())
    theirs: list[Line] = []
    wrong: list[Said] = []
    for row in rows:
        key = row.values.get(_KEYS[made.kind])
        if not key:
            said = [recalled(p["words"]) for p in row.problems] or [Said("import.no_key")]
            wrong.append(Said("import.row", line=row.line, error=said))
            continue
        theirs.append(_their_line(made.kind, str(key), row.values, row.line))
    start, end = _day(made.options["start"], "start"), _day(made.options["end"], "end")
    assert start
    assert end
    keys = [line.key for line in theirs]
    ours, rules = (_firms if made.kind == "firms" else _contracts)(made, start, end, keys)
    piles = reconcile(theirs, ours, rules)
    explained = (
        ("只有对方有", len(piles.only_theirs)),
        ("只有我方有", -len(piles.only_ours)),
        ("对方重复", len(piles.twice)),
    )
    return Compared(piles, len(theirs), len(ours), explained, tuple(wrong))


def _their_line(kind: str, key: str, values: Mapping[str, Any], line: int) -> Line:
    if kind == "firms":
        facts = {
            "name": values.get("name"),
            "day": values.get("valid_from"),
            "number": values.get("number"),
            "place": values.get("district"),
        }
        return Line(key, str(values.get("name") or key), facts, str(line))
    facts = {
        "name": values.get("name"),
        "day": values.get("registered_on"),
        "kind": values.get("kind"),
        "amount": _amount(values.get("amount_fen")),
    }
    return Line(key, str(values.get("name") or key), facts, str(line))


def _amount(fen: int | None) -> Said | None:
    return None if fen is None else Said("amount", amount_fen=fen)


_EVER = (date(2000, 1, 1), date(2100, 1, 1))


def _firms(
    made: Comparison, start: date, end: date, keys: Sequence[str]
) -> tuple[list[Line], Rules]:
    rung = made.options["rung"]
    ours = {}
    for r in recognitions_of_rung(rung, start, end):
        owner = r.firm.organisation
        facts = {
            "name": owner.name,
            "day": r.valid_from,
            "number": r.number,
            "former_names": owner.former_names,
        }
        ours[owner.reference] = Line(owner.reference, owner.name, facts, str(r.firm_id))

    known = organisations_by_code([k for k in keys if k not in ours])
    days = {r.firm.organisation.reference: r.valid_from for r in recognitions_of_rung(rung, *_EVER)}

    def elsewhere(code: str) -> Said | None:
        if code not in known:
            return None
        if code in days:
            return Said("lonely.other_period", day=days[code])
        return Said("lonely.no_such_recognition", name=known[code].name)

    rules = Rules(
        {"name": "名称", "number": "编号"},
        start,
        end,
        made.options.get("place", ""),
        _day(made.options.get("published", ""), "published"),
        elsewhere,
    )
    return list(ours.values()), rules


def _contracts(
    made: Comparison, start: date, end: date, keys: Sequence[str]
) -> tuple[list[Line], Rules]:
    ours = [
        Line(
            c.number or "",
            c.name,
            {
                "name": c.name,
                "day": c.registered_on,
                "kind": c.kind,
                "amount": _amount(c.amount_fen),
            },
            str(c.pk),
        )
        for c in registered_between(start, end)
    ]

    listed = registered_between(*_EVER).filter(number__in=keys)
    days = {c.number: c.registered_on for c in listed}

    def elsewhere(number: str) -> Said | None:
        return Said("lonely.other_period", day=days[number]) if number in days else None

    rules = Rules(
        {"amount": "成交额", "kind": "类别", "day": "登记日期"},
        start,
        end,
        "",
        _day(made.options.get("published", ""), "published"),
        elsewhere,
    )
    return ours, rules


def hand_over(made: Comparison, at: datetime) -> int:
    """Doubtful pairs to a person; returns how many are new."""
    new = 0
    for theirs, ours, why in compare(made).piles.doubtful:
        _, fresh = Doubt.objects.get_or_create(
            kind="plan.comparison",
            left_id=theirs.key,
            right_id=ours.key,
            defaults={
                "left_label": f"{theirs.label}（{theirs.key}）"[:320],
                "right_label": f"{ours.label}（{ours.key}）"[:320],
                "why": why.as_text(),
                "created_at": at,
            },
        )
        new += fresh
    return new


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
