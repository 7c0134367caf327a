"""Changing a policy's parameter: tried on the district's firms, proposed with its document,
approved by a second person, written as YAML.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from kechuang.book import read_book
from kechuang.book.amend import Amendment, Document, amended, next_code, with_source
from kechuang.book.schemas import Book
from kechuang.district.core import clock, law, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import book_folder, current_book, tried_book
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.registry.queries import firms_with_returns
from kechuang.district.registry.services.standings import inputs_of_firms
from kechuang.district.support.models import PolicyChange
from kechuang.district.support.workflow import CHANGES
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid, InvalidForm, NotFound
from kechuang.engines.rules import Number, Parameter, Policy, Tiers, Value, at, one
from kechuang.engines.rules.check import in_words
from kechuang.engines.rules.many import evaluate_all
from kechuang.engines.text import normalise

_MOST = {
    "value": ("新的值", 4000),
    "clause": ("条款", 200),
    "document": ("文件名", 200),
    "issuer": ("发布机关", 120),
    "url": ("网址", 400),
    "note": ("说明", 2000),
}
FIELDS = ("value", "clause", "source", "document", "issuer", "url", "note")
MOST_NAMED = 200


@dataclass(frozen=True)
class Trial:
    """What a change would do, and the lines it would write."""

    effects: list[dict[str, Any]]
    written: dict[str, str]


def parameter_of(policy: str, name: str) -> tuple[Policy, Parameter]:
    """A parameter of the book in force."""
    held = current_book().policies.get(policy)
    if held is None or name not in held.parameters:
        raise NotFound("change.no_such_parameter")
    return held, held.parameters[name]


def said(parameter: Parameter, day: date) -> str:
    """The value that holds on a day, as the book writes it: what the form begins with."""
    past = [v for v in parameter.versions if v[0] <= day]
    value = past[-1][1] if past else None
    if isinstance(value, Tiers):
        rows = []
        for step in value.steps:
            words = _amount(step.value, parameter.unit)
            if step.bound is None:
                rows += ["{其余: " + words + "}"]
            else:
                bound = _plain(in_words(one(step.bound), parameter.by))
                parts = [
                    "至: " if value.upward else "自: ",
                    bound,
                    ", 含: ",
                    "是" if step.includes else "否",
                ]
                rows += ["{" + "".join(parts) + ", 值: " + words + "}"]
        return f"[{', '.join(rows)}]"
    return _amount(value, parameter.unit) if isinstance(value, Number) else str(value or "null")


def _amount(value: Number, unit: str) -> str:
    low, high = (_plain(in_words(one(x), unit)) for x in (value.low, value.high))
    return low if low == high else f"[{low}, {high}]"


def _plain(words: str) -> str:
    return words.replace(",", "")


def try_change(
    policy: str, name: str, day: date | None, given: Mapping[str, str], actor: Actor, today: date
) -> Trial:
    """Write the change into a copy of the book, check it with all its examples, and reckon what
    it does.

    Raises:
        NotAllowed: Trials name the firms that gain and lose.
        InvalidForm: What is missing or wrong, and what the book's check says.
    """
    CHANGES.permit("propose_change", PolicyChange(), actor)
    changes, held, since = _checked(policy, name, day, given, today)
    with tried_book(changes.full) as folder:
        return _trial(folder, held, since, changes, today)


def _trial(folder: Path, held: Policy, day: date, changes: "_Texts", today: date) -> Trial:
    book, _ = read_book(folder)
    assert book
    return Trial(effects(current_book(), book, held, max(day, today), today), changes.added)


def _checked(
    policy: str, name: str, day: date | None, given: Mapping[str, str], today: date
) -> tuple["_Texts", Policy, date]:
    held, parameter = parameter_of(policy, name)
    errors = [
        Invalid("field.missing", key, label=label)
        for key, label in (("value", "新的值"), ("clause", "条款"))
        if not given.get(key, "").strip()
    ]
    errors += [
        Invalid("field.too_long", key, label=label, most=most)
        for key, (label, most) in _MOST.items()
        if len(given.get(key, "")) > most
    ]
    if day is None:
        errors.append(Invalid("change.day_missing", "day"))
    code = given.get("source", "").strip()
    if not code and not given.get("document", "").strip():
        errors.append(Invalid("change.document_missing", "document"))
    if code and code not in current_book().sources:
        errors.append(Invalid("change.no_such_source", "source", code=code))
    if errors or day is None:
        raise InvalidForm(errors)
    plain = {k: normalise(v) if k != "value" else v.strip() for k, v in given.items()}
    try:
        return _texts(held, parameter, day, plain, today), held, day
    except Invalid as e:
        raise InvalidForm([e]) from e


@dataclass(frozen=True)
class _Texts:
    full: dict[str, str]
    added: dict[str, str]


def _texts(
    held: Policy, parameter: Parameter, day: date, given: Mapping[str, str], today: date
) -> _Texts:
    """The files that change, and the lines that are new in each."""
    root = book_folder().parent
    where = f"{held.book}/policies/{held.id}/parameters.yaml"
    code, full = given.get("source", "").strip(), {}
    if not code:
        code = next_code(current_book().sources)
        sources = f"{held.book}/sources.yaml"
        on = parse_day(given.get("issued_on", ""), "issued_on")
        issued = on.isoformat() if on else ""
        document = Document(
            code,
            given["document"].strip(),
            given.get("issuer", "").strip(),
            issued,
            given.get("url", "").strip(),
            today,
            given.get("note", "").strip(),
        )
        full[sources] = with_source((root / sources).read_text(encoding="utf-8"), document)
    change = Amendment(
        parameter.name,
        day,
        given["value"].strip(),
        given["clause"].strip(),
        code,
        today if day < today else None,
    )
    full[where] = amended((root / where).read_text(encoding="utf-8"), change)
    added = {p: _new_lines((root / p).read_text(encoding="utf-8"), t) for p, t in full.items()}
    return _Texts(full, added)


def _new_lines(before: str, after: str) -> str:
    """The lines of ``after`` that are new, in order."""
    matcher = difflib.SequenceMatcher(None, before.split("\n"), after.split("\n"), autojunk=False)
    lines = after.split("\n")
    return "\n".join(
        line for tag, _, _, a, b in matcher.get_opcodes() if tag != "equal" for line in lines[a:b]
    )


def effects(now: Book, then: Book, held: Policy, day: date, today: date) -> list[dict[str, Any]]:
    """What each result of the policy would be for the district's firms, before and after: sums,
    and who gains and loses.
    """
    was, new = (at(tuple(b.policies.values()), day) for b in (now, then))
    found = []
    rows = inputs_of_firms(firms_with_returns(), today)
    said = set(new.of(held)) | (held.rules.keys() - new.formulas.keys())
    names = [n for n in held.results if held.rules[n].unit in ("元", "是否") and n in said]
    before, after = (evaluate_all(law, [g for _, g in rows], names) for law in (was, new))
    for name in names:
        unit = held.rules[name].unit
        pairs = [(f, a[name], b[name]) for (f, _), a, b in zip(rows, before, after, strict=True)]
        gain = [f for f, a, b in pairs if _worth(b) > _worth(a)]
        lose = [f for f, a, b in pairs if _worth(b) < _worth(a)]
        found.append(
            {
                "rule": name,
                "unit": unit,
                "before": _sum([a for _, a, _ in pairs], unit),
                "after": _sum([b for _, _, b in pairs], unit),
                "cost": int(sum(_worth(b) - _worth(a) for _, a, b in pairs)) if unit == "元" else 0,
                "firms": len(pairs),
                "gain": [[f.pk, f.organisation.name] for f in gain[:MOST_NAMED]],
                "gains": len(gain),
                "lose": [[f.pk, f.organisation.name] for f in lose[:MOST_NAMED]],
                "loses": len(lose),
                "open": sum(not isinstance(b, (bool, Number)) for _, _, b in pairs),
            }
        )
    return found


def _worth(value: Value) -> Fraction:
    return value.low if isinstance(value, Number) else Fraction(value is True)


def _sum(values: list[Value], unit: str) -> str:
    total = sum((_worth(v) for v in values), Fraction(0))
    return in_words(one(total), "元") if unit == "元" else f"{total} 家"


def propose_change(
    policy: str, name: str, day: date | None, given: Mapping[str, str], actor: Actor, at_: datetime
) -> PolicyChange:
    """Propose, with what it would do on the day it was proposed."""
    trial = try_change(policy, name, day, given, actor, clock.day_of(at_))
    _, parameter = parameter_of(policy, name)
    assert day
    clean = {
        f: given.get(f, "").strip() if f == "value" else normalise(given.get(f, "")) for f in FIELDS
    }
    made = PolicyChange(
        policy=policy,
        parameter=name,
        day=day,
        was=said(parameter, day),
        effects=trial.effects,
        written=trial.written,
        proposed_by=actor.id,
        issued_on=parse_day(given.get("issued_on", ""), "issued_on"),
        **clean,
    )
    facts = {
        "policy": policy,
        "day": day,
        "value": made.value,
        "was": made.was,
        "clause": made.clause,
    }
    begin(CHANGES, "propose_change", made, actor, at_, facts=facts)
    return made


def approve_change(thing: PolicyChange, actor: Actor, at_: datetime) -> Entry:
    """Write it into the book: the second person.

    The book is checked again as it stands now, one approval at a time: the new version, that it
    is in force, and that it was approved are written together or not at all.
    """
    CHANGES.permit("approve_change", thing, actor)
    today = clock.day_of(at_)
    given = {f: getattr(thing, f) for f in FIELDS}
    given["issued_on"] = thing.issued_on.isoformat() if thing.issued_on else ""
    with ledger.writing():
        changes, held, day = _checked(thing.policy, thing.parameter, thing.day, given, today)
        with tried_book(changes.full) as folder:
            trial = _trial(folder, held, day, changes, today)
            version = law.keep_changed(folder, actor, at_)
        kept = {
            "effects": trial.effects,
            "written": trial.written,
            "version_written": version.pk,
        }
        facts = {"written": trial.written, "book": version.digest}
        entry = advance(CHANGES, "approve_change", thing, actor, at_, changes=kept, facts=facts)
        law.enact(version, actor, at_, thing.label)
    return entry


def refuse_change(thing: PolicyChange, actor: Actor, at_: datetime, why: str) -> Entry:
    return advance(CHANGES, "refuse_change", thing, actor, at_, why=why)


def withdraw_change(thing: PolicyChange, actor: Actor, at_: datetime, why: str) -> Entry:
    return advance(CHANGES, "withdraw_change", thing, actor, at_, why=why)
