"""Taking one step of many records at once: what imports and their undoing do."""

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from kechuang.district.core import bulk, held, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Stated
from kechuang.district.core.workflow import Step, label_of

from .declaration import Done, Register, Thing, Values
from .steps import effect_of, facts_of, old_and_new
from .values import state_of, written


def create_many(
    register: Register[Thing],
    name: str,
    things: Sequence[Thing],
    actor: Actor,
    at: datetime,
    asked: Sequence[Sequence[str]] = (),
) -> None:
    """New records of one step at once, inside ``ledger.writing()``; they are checked already.

    ``asked``: for each, the codes of the questions that somebody answered with yes.
    """
    step = register.flow.step(name)
    bare = [t for t in things if t.pk is None]
    for thing, pk in zip(bare, bulk.reserve(register.model, len(bare)), strict=True):
        thing.pk = pk
    for thing in things:
        thing.state, thing.changed_at = step.target, at
    register.number(things)
    bulk.insert(things)
    answered = asked or [()] * len(things)
    lines = [
        _line(register, step, t, "", "", told={"asked": list(a)} if a else {}, now=now)
        for t, a, now in zip(things, answered, held.of_many(things), strict=True)
    ]
    entries = ledger.record_many(lines, actor, at)
    for thing, entry in zip(things, entries, strict=True) if name in register.effects else ():
        effect_of(register, name, Done(thing, {}, entry, actor, at))


def change_many(
    register: Register[Thing],
    name: str,
    pairs: Sequence[tuple[Thing, Values]],
    actor: Actor,
    at: datetime,
    why: str = "",
    asked: Sequence[Sequence[str]] = (),
) -> None:
    """One step of many locked records, inside ``ledger.writing()``; they are permitted and
    checked already.

    ``asked``: for each, the codes of the questions that somebody answered with yes.
    """
    step = register.flow.step(name)
    names = sorted({n for _, changes in pairs for n in changes})
    rows, lines, befores = [], [], []
    tells = name in register.effects
    for (thing, changes), codes in zip(pairs, asked or [()] * len(pairs), strict=True):
        old = thing.state
        befores.append(state_of(register, thing) if tells else {})
        shown = [c.field for c in register.columns if register.attname(c.field) in changes]
        before = written(register, thing, shown)
        for n, value in changes.items():
            setattr(thing, n, value)
        told: dict[str, Any] = dict(
            old_and_new(register, old, before, written(register, thing, shown))
        )
        told |= {"asked": list(codes)} if codes else {}
        thing.state, thing.version, thing.changed_at = step.target or old, thing.version + 1, at
        rows.append(
            (thing.pk, [getattr(thing, n) for n in (*names, "state", "version", "changed_at")])
        )
        now = held.of(thing)
        lines.append(_line(register, step, thing, old, why, sorted(changes), told, now))
    bulk.update(register.model, [*names, "state", "version", "changed_at"], rows)
    entries = ledger.record_many(lines, actor, at)
    for (thing, _), was, entry in zip(pairs, befores, entries, strict=True) if tells else ():
        effect_of(register, name, Done(thing, was, entry, actor, at))


def _line(
    register: Register[Any],
    step: Step[Any],
    thing: Stated,
    old: str,
    why: str,
    changed: Sequence[str] = (),
    told: Values = MappingProxyType({}),
    now: str | None = None,
) -> ledger.Line:
    names = sorted(n.removesuffix("_id") for n in changed)
    facts = {**facts_of(register, thing), **({"changed": names} if names else {}), **told}
    kind = f"{register.name}.{step.name}"
    label, state = label_of(thing), thing.state
    return ledger.Line(kind, register.name, thing.pk, label, old, state, why, facts, None, now)
