"""What of the registers waits for a person: records that want a step of theirs, forms kept half-done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, TextField
from django.urls import reverse
from django.utils.translation import gettext

from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import REGISTERS, Register, register_at
from kechuang.district.core.together import Asking, together
from kechuang.district.core.workflow import Step
from kechuang.engines.base.numbers import parse_whole

from .things import Source, Thing

_LOOKED_AT = 300  # records of a register that are asked whether they wait for this person
MOST = 6  # things of one kind that a desk shows


def waiting_records(actor: Actor) -> list[Asking[Source]]:
    """The records that want a step which this person may take, by register."""
    return [_of(r, actor) for r in REGISTERS.values()]


def _of(register: Register[Any], actor: Actor) -> Asking[Source]:
    states = [s for s in register.states if register.flow.goes_on(s)]
    if not states:
        return Source((), 0)
    near = register.visible(actor).filter(state__in=states).order_by("changed_at", "pk")
    (rows,) = yield (_light(near)[:_LOOKED_AT],)
    found = [
        (thing, step) for thing in rows if (step := _first_step(register, thing, actor)) is not None
    ]
    things = [_thing(register, thing, step) for thing, step in found[:MOST]]
    return Source(things, len(found), reverse(register.slug), register.title)


def _light(found: QuerySet[Any]) -> QuerySet[Any]:
    """Without what a line of the desk does not show: long texts, and what hangs on a record."""
    texts = [f.name for f in found.model._meta.concrete_fields if isinstance(f, TextField)]
    return found.prefetch_related(None).defer(*texts)


def _first_step(register: Register[Any], thing: Any, actor: Actor) -> Step[Any] | None:
    """The first step of this person's that takes a record further."""
    flow = register.flow
    return next((s for s in flow.open_steps(thing, actor) if flow.leads_on(s, thing.state)), None)


def _thing(register: Register[Any], thing: Any, step: Step[Any]) -> Thing:
    return Thing(
        register.title,
        str(thing),
        reverse(f"{register.slug}-record", args=[thing.pk]),
        step.label,
        clock.day_of(thing.changed_at),
    )


@dataclass(frozen=True)
class _Kept:
    """A form that somebody began: at which step of which register, and for which record."""

    draft: Any
    register: Register[Any]
    step: Step[Any]
    record: int | None
    carried: str


def kept_forms(drafts: Iterable[Any], actor: Actor) -> list[Thing]:
    """The forms that this person began, from what is kept of them."""
    held = [kept for draft in drafts if (kept := _place_of(draft))]
    wanted: dict[str, set[int]] = {}
    for kept in held:
        if kept.record is not None:
            wanted.setdefault(kept.register.name, set()).add(kept.record)
    asked = [REGISTERS[n].visible(actor).filter(pk__in=pks) for n, pks in wanted.items()]
    answers = zip(wanted, together(*asked), strict=True)
    records = {name: {thing.pk: thing for thing in rows} for name, rows in answers}
    return [thing for kept in held if (thing := _kept(kept, records))]


def _place_of(draft: Any) -> _Kept | None:
    place, _, carried = draft.place.partition("?")
    slug, which, name = (*place.split("/"), "", "")[:3]
    register = register_at(slug)
    step = next((s for s in register.steps if s.name == name), None) if register else None
    record = parse_whole(which, 2**63 - 1)
    if register is None or step is None or (record is None and which != "new"):
        return None
    return _Kept(draft, register, step, record, carried)


def _kept(kept: _Kept, records: Mapping[str, Mapping[int, Any]]) -> Thing | None:
    register, step, about = kept.register, kept.step, ""
    if kept.record is None:
        url = reverse(f"{register.slug}-new", args=[step.name])
        url += f"?{kept.carried}" if kept.carried else ""
    else:
        thing = records[register.name].get(kept.record)
        if thing is None or thing.state not in step.sources:
            return None
        url, about = reverse(f"{register.slug}-step", args=[thing.pk, step.name]), f"：{thing}"
    label = f"{gettext(register.title)} · {gettext(step.label)}{about}"
    return Thing("填到一半的表单", label, url, "接着填", clock.day_of(kept.draft.saved_at))
