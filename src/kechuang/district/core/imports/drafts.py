"""Rows of a register's sheet as the records that they would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kechuang.district.core import bulk, clock
from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import Register, put, settled
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said

from .kinds import RowPlan, Values


@dataclass(slots=True)
class Draft:
    """A row on its way: the record it would be, what it is known as, what is wrong."""

    values: Values
    thing: Any
    known: Any = None
    changes: dict[str, Any] = field(default_factory=dict)
    plan: RowPlan = field(default_factory=lambda: RowPlan("create"))
    then: Any = None  # the record as it would be


def drafted(
    register: Register[Any], given: Sequence[Values], actor: Actor, *, keep: bool
) -> list[Draft]:
    """Each row as a record; codes that name nothing are problems, or will be kept.

    ``keep``: what nobody knows yet is registered now, not only stood in for.
    """
    now = clock.now()
    found = {n: _found(register, n, given, actor, now, keep=keep) for n in register.refers}
    drafts = []
    for values in given:
        draft = Draft(values, bulk.new(register.model))
        register.born(draft.thing, actor, now)
        referred = {name: _referred(register, draft, name, found[name]) for name in found}
        if not draft.plan.problems:
            put(register, draft.thing, settled(register, {**values, **referred}))
        drafts.append(draft)
    return drafts


def _found(
    register: Register[Any],
    name: str,
    given: Sequence[Values],
    actor: Actor,
    at: datetime,
    *,
    keep: bool,
) -> Mapping[str, Any]:
    """Code → what it refers to, for a column."""
    refers = register.refers[name]
    codes = {v[name]: v.get(refers.named_by) for v in given if v.get(name)}
    found = refers.found(codes)
    fresh = {c: called for c, called in codes.items() if c not in found and called}
    if not (keep and refers.keep and fresh):
        return found
    for code, called in fresh.items():
        refers.keep(code, called, actor, at)
    return {**found, **refers.found(fresh)}


def _referred(register: Register[Any], draft: Draft, name: str, found: Mapping[str, Any]) -> Any:
    """What a row refers to in a column."""
    code = draft.values.get(name)
    if not code or (thing := found.get(code)) is not None:
        return thing if code else None
    refers = register.refers[name]
    called = draft.values.get(refers.named_by) if refers.named_by else None
    if refers.blank is None:
        draft.plan.problems.append(Invalid("import.no_owner", name, code=code))
    elif not called:
        side = register.heading(name)
        draft.plan.problems.append(Invalid("import.no_party", name, side=side, code=code))
    else:
        draft.plan.notes.append(Said("import.note.will_register", name=called, code=code))
        return refers.blank(code, called)
    return None
