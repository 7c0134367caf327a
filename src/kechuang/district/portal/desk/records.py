"""What of the registers waits for a person: records that want a step of theirs, forms kept half-done."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from kechuang.district.accounts.queries import form_drafts
from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import REGISTERS, Register, register_at
from kechuang.district.core.workflow import Step

from .things import Source, Thing

_LOOKED_AT = 300  # records of a register that are asked whether they wait for this person
MOST = 6  # things of one kind that a desk shows


def waiting_records(actor: Actor) -> list[Source]:
    """The records that want a step which this person may take, by register."""
    return [source for r in REGISTERS.values() if (source := _of(r, actor)).things]


def _of(register: Register[Any], actor: Actor) -> Source:
    flow = register.flow
    states = [s for s in register.states if flow.goes_on(s)]
    if not states:
        return Source((), 0)
    near = register.visible(actor).filter(state__in=states).order_by("changed_at", "pk")
    found = [
        (thing, step)
        for thing in near[:_LOOKED_AT]
        if (step := _first_step(register, thing, actor)) is not None
    ]
    things = [_thing(register, thing, step) for thing, step in found[:MOST]]
    return Source(things, len(found), reverse(register.slug), register.title)


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


def kept_forms(actor: Actor) -> list[Thing]:
    """The forms that this person began."""
    return [thing for draft in form_drafts(actor.id) if (thing := _kept(draft, actor))]


def _kept(draft: Any, actor: Actor) -> Thing | None:
    place, _, carried = draft.place.partition("?")
    slug, which, name = (*place.split("/"), "", "")[:3]
    register = register_at(slug)
    step = next((s for s in register.steps if s.name == name), None) if register else None
    if register is None or step is None:
        return None
    if which == "new":
        url, about = reverse(f"{slug}-new", args=[name]), ""
        url += f"?{carried}" if carried else ""
    else:
        thing = register.visible(actor).filter(pk=which).first() if which.isdigit() else None
        if thing is None or thing.state not in step.sources:
            return None
        url, about = reverse(f"{slug}-step", args=[thing.pk, name]), f"：{thing}"
    label = f"{gettext(register.title)} · {gettext(step.label)}{about}"
    return Thing("填到一半的表单", label, url, "接着填", clock.day_of(draft.saved_at))
