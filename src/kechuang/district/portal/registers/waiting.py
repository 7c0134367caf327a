"""What of the registers waits for a person: records that want a step of theirs, forms kept half-done."""

from collections.abc import Collection
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from kechuang.district.accounts.queries import form_drafts
from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import REGISTERS, Register, register_at

_LOOKED_AT = 300  # records of a register that are asked whether they wait for this person
_MOST = 8


def waiting_records(actor: Actor, but: Collection[str]) -> list[dict[str, Any]]:
    """One block a register in which something wants a step that this person may take.

    ``but``: registers whose blocks the workspace makes itself.
    """
    registers = [r for r in REGISTERS.values() if r.slug not in but]
    asked = ((r, *_wanting(r, actor)) for r in registers)
    return [_block(r, found, more) for r, found, more in asked if found]


def _block(register: Register[Any], found: list[Any], more: bool) -> dict[str, Any]:
    def row(thing: Any) -> tuple[str, str, Any]:
        return reverse(f"{register.slug}-record", args=[thing.pk]), str(thing), thing

    return {
        "title": f"{gettext('待办')}：{gettext(register.title)}",
        "count": f"{len(found)}+" if more else len(found),
        "url": reverse(register.slug),
        "rows": [row(thing) for thing in found[:_MOST]],
    }


def _wanting(register: Register[Any], actor: Actor) -> tuple[list[Any], bool]:
    """The records that want a step of this person, and whether there are more than were asked."""
    flow = register.flow
    states = [s for s in register.states if flow.goes_on(s)]
    if not states:
        return [], False
    near = register.visible(actor).filter(state__in=states).order_by("-pk")[: _LOOKED_AT + 1]
    found = [
        thing
        for thing in near
        if any(flow.leads_on(s, thing.state) for s in flow.open_steps(thing, actor))
    ]
    return found[:_LOOKED_AT], len(near) > _LOOKED_AT


def kept_forms(actor: Actor) -> list[tuple[str, str, Any]]:
    """(address, what it is, when it was kept) of the forms that this person began."""
    found = []
    for draft in form_drafts(actor.id):
        place, _, carried = draft.place.partition("?")
        slug, which, name = (*place.split("/"), "", "")[:3]
        register = register_at(slug)
        step = next((s for s in register.steps if s.name == name), None) if register else None
        if register is None or step is None:
            continue
        if which == "new":
            url, about = reverse(f"{slug}-new", args=[name]), ""
            url += f"?{carried}" if carried else ""
        else:
            thing = register.visible(actor).filter(pk=which).first() if which.isdigit() else None
            if thing is None or thing.state not in step.sources:
                continue
            url, about = reverse(f"{slug}-step", args=[thing.pk, name]), f"：{thing}"
        title = f"{gettext(register.title)} · {gettext(step.label)}{about}"
        found.append((url, title, draft.saved_at))
    return found
