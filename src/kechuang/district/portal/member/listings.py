"""One achievement or demand: its page, its form, its steps."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.accounts.queries import (
    organisation_by_code,
    organisations,
    own_organisations,
)
from kechuang.district.core import clock, ledger
from kechuang.district.market.models import Achievement, Demand, Listing
from kechuang.district.market.queries import (
    achievements_visible_to,
    demands_visible_to,
    introductions_visible_to,
    is_staff,
)
from kechuang.district.market.services import listings
from kechuang.district.market.services.matching import may_match
from kechuang.district.portal.components.forms import Form
from kechuang.district.portal.listings import achievement_row, demand_row, modes_text, owner_name
from kechuang.district.portal.requests import actor_in, one, signed_in
from kechuang.district.portal.sayings import say
from kechuang.engines.base.errors import Invalid, NotFound
from kechuang.engines.base.numbers import parse_whole

KINDS: dict[str, Any] = {
    "achievement": {
        "model": Achievement, "visible": achievements_visible_to, "layout": "achievements", "list": "成果库", "new": "登记成果",
        "names": ("title", "summary", "keywords", "field", "trl", "modes", "price_fen", "owner", "people", "patents"),
    },
    "demand": {
        "model": Demand, "visible": demands_visible_to, "layout": "demands", "list": "需求库", "new": "提出需求",
        "names": (
            "title", "problem", "wanted", "tried", "keywords", "field", "trl", "modes", "budget_fen", "due_on", "confidentiality", "owner",
        ),
    },
}  # fmt: skip
_WITH_WHY = {"send_back", "pause", "close"}


def _get(request: HttpRequest, kind: str, pk: int) -> Any:
    return one(KINDS[kind]["visible"](actor_in(request)), pk)


def page(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The record with its facts, its open steps, its history."""
    actor, thing = actor_in(request), _get(request, kind, pk)
    workflow = listings.workflow_of(thing)
    may_write = bool(workflow.step("revise").permission(actor, thing))
    inside = (
        is_staff(actor)
        or (thing.owner_id or 0) in actor.organisations
        or thing.created_by == actor.id
    )
    facts = {
        "thing": thing, "kind": kind, "list": KINDS[kind], "owner": owner_name(actor, thing), "modes": modes_text(thing.modes),
        "steps": workflow.open_steps(thing, actor) if actor.id else [], "needs_why": _WITH_WHY,
        "can_edit": actor.id and may_write and thing.state not in ("closed", "retracted"),
        "can_match": thing.state == "published" and actor.id and may_match(actor, thing),
        "history": ledger.history(f"market.{kind}", thing.pk) if inside and actor.id else [],
        "introductions": introductions_visible_to(actor).filter(**{kind: thing})[:20] if actor.id else [],
        "list_url": reverse(f"{kind}s"), "states": workflow.states,
    }  # fmt: skip
    return render(request, "member/listing.html", facts)


def _organisations(request: HttpRequest) -> Any:
    actor = actor_in(request)
    return organisations()[:2000] if is_staff(actor) else own_organisations(actor)


def _form(request: HttpRequest, kind: str, thing: Listing | None, *, draft: bool) -> Form:
    actor = actor_in(request)
    initial: dict[str, Any] = {}
    if isinstance(thing, Achievement):
        initial = dict(achievement_row(thing))
    elif isinstance(thing, Demand):
        initial = dict(demand_row(actor, thing))
    else:
        own = own_organisations(actor).first()
        initial = {
            "owner": own.code if own and not is_staff(actor) else None,
            "confidentiality": "open",
        }
    return Form(
        KINDS[kind]["layout"], KINDS[kind]["names"], initial, request.POST if request.method == "POST" else None,
        draft=draft, required=("title",), organisations=_organisations(request),
    )  # fmt: skip


def _values(form: Form) -> dict[str, Any]:
    values = dict(form.values)
    code = values.get("owner") or ""
    values["owner"] = organisation_by_code(code) if code else None
    if code and values["owner"] is None:
        form.add(Invalid("organisation.unknown_ask_bureau", "owner"))
    if values.get("confidentiality") == "":
        values["confidentiality"] = "open"
    return values


@signed_in
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """A new record; saved half-done as a draft, or submitted at once."""
    actor, wants_submit = actor_in(request), "submit" in request.POST
    form = _form(request, kind, None, draft=not wants_submit)
    if request.method == "POST":
        values = _values(form)
        if form.ok:
            try:
                thing = listings.draft(KINDS[kind]["model"](), values, actor, clock.now())
            except Invalid as e:
                form.add(e)
            else:
                return _saved(request, kind, thing, submit=wants_submit)
    facts = {
        "form": form,
        "kind": kind,
        "title": KINDS[kind]["new"],
        "list_url": reverse(f"{kind}s"),
        "list": KINDS[kind],
        "is_draft": True,
    }
    return render(request, "member/form.html", facts, status=422 if form.errors else 200)


@signed_in
def edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Change a record; a published one stays published, and the ledger keeps what changed."""
    actor, thing = actor_in(request), _get(request, kind, pk)
    is_draft = thing.state == "draft"
    wants_submit = "submit" in request.POST
    form = _form(request, kind, thing, draft=is_draft and not wants_submit)
    if request.method == "POST":
        values, version = _values(form), parse_whole(request.POST.get("version", "")) or 0
        if form.ok:
            try:
                why = request.POST.get("why", "").strip()
                listings.save(thing, values, actor, clock.now(), version, why)
            except Invalid as e:
                form.add(e)
            else:
                return _saved(request, kind, thing, submit=wants_submit and is_draft)
    facts = {
        "form": form, "kind": kind, "title": thing.title, "thing": thing, "list_url": reverse(f"{kind}s"), "list": KINDS[kind],
        "is_draft": is_draft, "checked_again": listings.is_checked_again(thing, actor),
        "asks_why": listings.amends(thing, actor), "why": request.POST.get("why", ""),
    }  # fmt: skip
    return render(request, "member/form.html", facts, status=422 if form.errors else 200)


def _saved(request: HttpRequest, kind: str, thing: Listing, *, submit: bool) -> HttpResponse:
    if submit:
        try:
            listings.submit(thing, actor_in(request), clock.now())
        except Invalid as e:
            messages.warning(request, gettext("草稿已保存，但还不能提交：") + say(e.words))
            return redirect(f"{kind}-edit", thing.pk)
        messages.success(request, gettext("已提交审核"))
    else:
        messages.success(request, gettext("已保存"))
    return redirect(kind, thing.pk)


@require_POST
@signed_in
def take_step(request: HttpRequest, kind: str, pk: int, name: str) -> HttpResponse:
    """A button of the workflow."""
    actor, thing = actor_in(request), _get(request, kind, pk)
    steps = {
        "submit": listings.submit, "check": listings.check, "publish": listings.publish, "resume": listings.resume,
        "send_back": listings.send_back, "pause": listings.pause, "close": listings.close,
    }  # fmt: skip
    if name not in steps:
        raise NotFound("step.none")
    if name in _WITH_WHY:
        steps[name](thing, actor, clock.now(), request.POST.get("why", "").strip())  # type: ignore[operator]
    else:
        steps[name](thing, actor, clock.now())  # type: ignore[operator]
    messages.success(
        request, gettext("完成：") + gettext(listings.workflow_of(thing).step(name).label)
    )
    visible = KINDS[kind]["visible"](actor).filter(pk=pk).exists()
    return redirect(kind, pk) if visible else redirect(f"{kind}s")
