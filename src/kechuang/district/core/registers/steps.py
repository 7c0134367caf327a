"""Taking a step of a register: one record at a time."""

from datetime import date, datetime
from typing import Any

from kechuang.district.core import bulk, clock, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.engines.base.errors import Invalid, InvalidForm, Questioned

from .declaration import Done, Register, Thing, Values, fields_of
from .values import errors_of, put, questions_of, settled, state_of, taken_by_another, written


def create(
    register: Register[Thing],
    name: str,
    values: Values,
    actor: Actor,
    at: datetime,
    /,
    *,
    why: str = "",
    key: str = "",
    facts: Values | None = None,
    sure: bool = False,
    **stamped: Any,
) -> Thing:
    """A new record by a creating step: permission → values → checks → write → effect → ledger.

    Args:
        key: Makes a repeat harmless: the same key answers with the first record.
        sure: Whoever types it was asked and stands by it.
        stamped: Fields that no person types.

    Raises:
        NotAllowed, InvalidForm, Questioned
    """
    with ledger.writing():
        if done := ledger.done(key):
            return register.model._default_manager.get(pk=done.subject_id)
        thing = register.model(**stamped)
        register.born(thing, actor, at)
        put(
            register,
            thing,
            {
                **settled(register, _asked_for(register, name, values)),
                **stamp(register, name, thing, actor, at),
            },
        )
        register.flow.permit(name, thing, actor)
        thing.state = register.flow.step(name).target
        errors = errors_of(register, thing, clock.day_of(at), register.flow.step(name))
        if errors := [*errors, *taken_by_another(register, thing)]:
            raise InvalidForm(errors)
        asked = _asked(register, thing, clock.day_of(at), sure)
        if thing.pk is None:  # a record that is a face of another one has that one's key
            thing.pk = bulk.reserve(register.model, 1)[0]
        register.number([thing])
        said = {**facts_of(register, thing), **asked, **(facts or {})}
        entry = begin(register.flow, name, thing, actor, at, why=why, facts=said, key=key)
        effect_of(register, name, Done(thing, {}, entry, actor, at))
    return thing


def take(
    register: Register[Thing],
    name: str,
    thing: Thing,
    values: Values,
    actor: Actor,
    at: datetime,
    /,
    *,
    version: int | None = None,
    why: str = "",
    key: str = "",
    facts: Values | None = None,
    sure: bool = False,
    **stamped: Any,
) -> Entry:
    """A step of a record: lock → permission → state → values → checks → what differs is written →
    effect → ledger.

    Args:
        values: What a person typed, of the fields that the step asks for; others stay as they are.
        version: The version the person saw; obligatory where the step asks for fields.

    Raises:
        NotAllowed, WrongState, Stale, InvalidForm, Questioned
    """
    said: dict[str, Any] = dict(facts or {})
    was: dict[str, Any] = {}

    def changes(locked: Thing) -> Values:
        was.update(state_of(register, locked))
        before, old = written(register, locked), locked.state
        made = _become(register, name, locked, values, stamped, actor, at)
        finished = old in register.half_done and locked.state not in register.half_done
        if register.flow.step(name).asks or finished:
            said.update(_asked(register, locked, clock.day_of(at), sure))
        typed = sorted(n.removesuffix("_id") for n in made)
        said.update(facts_of(register, locked), **({"changed": typed} if typed else {}))
        said.update(old_and_new(register, old, before, written(register, locked)))
        return made

    with ledger.writing():
        if done := ledger.done(key):
            return done
        entry = advance(
            register.flow,
            name,
            thing,
            actor,
            at,
            why=why,
            facts=said,
            changes=changes,
            key=key,
            version=version,
        )
        effect_of(register, name, Done(thing, was, entry, actor, at))
    return entry


def _become(
    register: Register[Thing],
    name: str,
    locked: Thing,
    values: Values,
    stamped: Values,
    actor: Actor,
    at: datetime,
) -> Values:
    """Make the locked record what the step makes of it; returns what differs, by attribute."""
    step, before, held = register.flow.step(name), locked.state, state_of(register, locked)
    given = settled(register, _asked_for(register, name, values))
    same = all(getattr(locked, n) == v for n, v in given.items())
    put(register, locked, {**given, **stamp(register, name, locked, actor, at), **stamped})
    _still_yours(register, name, locked, actor, set(given) & set(register.refers))
    if same and step.asks and step.target in ("", before):
        raise InvalidForm([Invalid("record.nothing_changed", "")])
    locked.state = step.target or before
    finished = before in register.half_done and locked.state not in register.half_done
    if step.asks or finished:  # a record that is wrong already can still be ended
        errors = errors_of(register, locked, clock.day_of(at), step)
        if errors := [*errors, *taken_by_another(register, locked)]:
            raise InvalidForm(errors)
    return {n: v for n, v in state_of(register, locked).items() if v != held[n]}


def _asked(register: Register[Thing], thing: Thing, day: date, sure: bool) -> dict[str, Any]:
    """Ask what is to be asked of a record as it would be.

    Returns:
        For the ledger: what was asked, where it was answered with yes.

    Raises:
        Questioned: Nobody answered yet.
    """
    open_ones = questions_of(register, thing, day)
    if open_ones and not sure:
        raise Questioned(open_ones)
    return {"asked": [q.code for q in open_ones]} if open_ones else {}


_KEPT = 300  # letters of a text that the ledger keeps of what it was and became
_LEAD = 40  # letters of it that stand before the first that differs


def old_and_new(
    register: Register[Any], state: str, before: Values, after: Values
) -> dict[str, dict[str, list[Any]]]:
    """For the ledger: field → what it was and what it became, for whoever reads the history.

    Nothing of a record that was half-done: what stood in a draft is nobody else's to read, ever.
    """
    pairs = {n: _told(before[n], value) for n, value in after.items() if before[n] != value}
    return {"values": pairs} if pairs and state not in register.half_done else {}


def _told(was: Any, now: Any) -> list[Any]:
    """Both values; of long texts and lists the stretch in which they differ."""
    kept = [v.isoformat() if isinstance(v, date) else v for v in (was, now)]
    texts = ["、".join(map(str, v)) if isinstance(v, list) else str(v or "") for v in kept]
    if max(map(len, texts)) <= _KEPT:
        return kept
    alike = next(
        (n for n, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts))
    )
    return [_stretch(text, max(0, alike - _LEAD)) for text in texts]


def _stretch(text: str, start: int) -> str:
    end = start + _KEPT
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _asked_for(register: Register[Thing], name: str, values: Values) -> Values:
    """The values, when the step asks for all of them: nobody writes a field by a step that does
    not ask for it.
    """
    step = register.flow.step(name)
    asked = {c.field for c in register.asked(step)} if step.asks else set()
    asked |= {n for f in register.files_asked(step) for n in (f, f"{f}_name")}
    strange = sorted(n for n in values if n not in asked and n in fields_of(register.model))
    if strange:
        raise TypeError(f"{register.name}.{name} does not ask for {', '.join(strange)}")
    return values


def _still_yours(
    register: Register[Thing], name: str, thing: Thing, actor: Actor, referred: set[str]
) -> None:
    """Nobody gives a record to an organisation for which he may not write."""
    verdict = register.flow.step(name).permission(actor, thing)
    if referred and not verdict:
        raise InvalidForm([Invalid(verdict.why, min(referred))])


def stamp(register: Register[Thing], name: str, thing: Thing, actor: Actor, at: datetime) -> Values:
    """What a step writes beside what a person types."""
    made = register.stamps.get(name)
    return made(thing, actor, at) if made else {}


def facts_of(register: Register[Thing], thing: Thing) -> dict[str, Any]:
    return {n: getattr(thing, n) for n in register.facts}


def effect_of(register: Register[Thing], name: str, done: Done) -> None:
    """What else a step does."""
    if effect := register.effects.get(name):
        effect(done)
