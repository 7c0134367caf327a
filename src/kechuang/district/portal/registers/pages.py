"""A record's page, and the way to its forms and steps: all from the register's declaration."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kechuang.district.core import files, ledger
from kechuang.district.core.registers import Register
from kechuang.district.portal.components.downloads import download
from kechuang.district.portal.requests import actor_in, one, signed_in
from kechuang.engines.base.errors import (
    NotFound,
)

from .cells import facts_of, files_of
from .filling import Filling, template_of
from .history import history_for, tells_values
from .lists import creating, state_mark
from .own import own_of


def page(request: HttpRequest, register: Register[Any], pk: int) -> HttpResponse:
    """The record: its facts, the steps open to this person, what hangs on it, its history."""
    actor = actor_in(request)
    thing = one(register.visible(actor), pk)
    inside = register.inside(actor, thing)
    steps = register.flow.open_steps(thing, actor) if actor.id > 0 else []
    facts = {
        "register": register,
        "thing": thing,
        "rows": facts_of(register, thing, actor),
        "steps": [(s, reverse(f"{register.slug}-step", args=[thing.pk, s.name])) for s in steps],
        "tells_values": tells_values(register, thing, actor),
        "files": files_of(register, thing) if inside else [],
        "life": _life(register, thing, inside),
        "others": register.flow.steps_of_others(thing, actor) if inside else [],
        "states": register.states,
        "mark": state_mark(register, thing),
        "history": history_for(register, thing, actor) if inside else [],
        "list_url": reverse(register.slug),
        **own_of(register).page_facts(actor, thing),
    }
    return render(request, template_of(register, "page"), facts)


def _life(register: Register[Any], thing: Any, inside: bool) -> list[dict[str, Any]]:
    """The states of a record in order: those behind it with day and hand, this one, those ahead."""
    told = ledger.history(register.name, thing.pk).order_by("id") if inside else ()
    behind: dict[str, dict[str, Any]] = {}
    for entry in told:
        if entry.new_state and entry.new_state != entry.old_state:
            behind.pop(entry.new_state, None)  # it was here before and came back
            behind[entry.new_state] = {"at": entry.at, "by": entry.actor_label}
    now = behind.pop(thing.state, {})
    states = register.states
    return [
        *({"label": states.get(s, s), "kind": "done", **how} for s, how in behind.items()),
        {"label": states[thing.state], "kind": "now", **now},
        *({"label": states[s], "kind": "ahead"} for s in register.flow.ahead(thing.state)),
    ]


@signed_in
def file_of(request: HttpRequest, register: Register[Any], pk: int, name: str) -> HttpResponse:
    """A file of a record, for whoever reads its history."""
    actor = actor_in(request)
    thing = one(register.visible(actor), pk)
    digest = getattr(thing, name) if name in register.files else ""
    if not digest or not register.inside(actor, thing):
        raise NotFound("file.none")
    return download(files.fetch(digest), getattr(thing, f"{name}_name"))


@signed_in
def new(request: HttpRequest, register: Register[Any], name: str) -> HttpResponse:
    """A new record by one of its creating steps."""
    actor = actor_in(request)
    step = next((s for s in creating(register, actor) if s.name == name), None)
    if step is None:
        raise NotFound("step.none")
    carried = own_of(register).carried(actor, request.GET)
    return Filling(request, register, step, None, carried).answer()


@signed_in
def step_of(request: HttpRequest, register: Register[Any], pk: int, name: str) -> HttpResponse:
    """A step of a record: its form where it asks for something, taken at once where it does not."""
    actor = actor_in(request)
    step = next((s for s in register.steps if s.name == name and s.page and not s.creates), None)
    if step is None:
        raise NotFound("step.none")
    thing = one(register.visible(actor), pk)
    register.flow.permit(name, thing, actor)
    return Filling(request, register, step, thing, {}).answer()
