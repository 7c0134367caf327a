"""Changing a policy's parameter: the form with its trial, the proposal, the second person."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.core import books, clock, law, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.models import LawInForce, LawVersion
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.portal.components.answers import shown_value
from kechuang.district.portal.components.tables import Column, Filter, Table, show
from kechuang.district.portal.requests import actor_in, for_roles, one
from kechuang.district.support.queries import changes_visible_to
from kechuang.district.support.services import changes
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid, InvalidForm, NotAllowed, NotFound, Stale

OFFICE = ("officer", "approver", "auditor")
CHANGES = WORKFLOWS["support.change"]
_GIVEN = ("day", "value", "clause", "source", "document", "issuer", "issued_on", "url", "note")


@for_roles(*OFFICE)
def change_list(request: HttpRequest) -> HttpResponse:
    """Proposals, those that wait first."""
    table = Table(
        title="政策参数改动",
        columns=[
            Column("参数", lambda c: c.parameter, "parameter"),
            Column("政策", lambda c: _title(c.policy), minor=True),
            Column("施行日", lambda c: c.day.isoformat(), "day", number=True),
            Column("新的值", lambda c: c.value[:40]),
            Column(
                "状态",
                lambda c: format_html(
                    '<span class="state state-{}">{}</span>',
                    c.state,
                    gettext(CHANGES.states[c.state]),
                ),
                "state",
            ),
        ],
        link=lambda c: reverse("change", args=[c.pk]),
        filters=[
            Filter("state", "状态", list(CHANGES.states.items()), lambda q, v: q.filter(state=v))
        ],
        search=lambda q, words: (
            q.filter(parameter__contains=words) | q.filter(clause__contains=words)
        ),
        hint="参数或条款",
        empty="还没有改动。在政策页的参数旁点“改”。",
        actions=[(reverse("law"), "生效的书")],
    )
    if law.shipped_has_changed():
        words = (
            "随软件来的书有了新版，而本区用的是自己改过的书。请到“生效的书”看差别，决定合并还是换用"
        )
        messages.warning(request, gettext(words))
    return show(request, table, changes_visible_to(actor_in(request)))


def _title(policy: str) -> str:
    held = current_book().policies.get(policy)
    return held.title if held else policy


@for_roles("officer")
def change_form(request: HttpRequest, identity: str) -> HttpResponse:
    """New day, value, clause, document; a trial shows who gains, who loses and what it costs
    before anything is proposed.
    """
    name = (request.POST or request.GET).get("parameter", "")
    policy, parameter = changes.parameter_of(identity, name)
    today = clock.today()
    given = {n: request.POST.get(n, "") for n in _GIVEN}
    facts: dict[str, Any] = {
        "policy": policy,
        "parameter": parameter,
        "sources": current_book().sources.values(),
        "given": given,
        "now": changes.said(parameter, today),
        "versions": [
            (d, shown_value(v, parameter), parameter.says(d)) for d, v in parameter.versions
        ],
    }
    errors: list[Invalid] = []
    if request.method == "POST":
        try:
            day = parse_day(given["day"], "day")
            parse_day(given["issued_on"], "issued_on")
            if request.POST.get("then") == "propose":
                made = changes.propose_change(
                    identity, name, day, given, actor_in(request), clock.now()
                )
                messages.success(request, gettext("已提出，等另一位同事批准"))
                return redirect("change", made.pk)
            trial = changes.try_change(identity, name, day, given, actor_in(request), today)
            facts |= {"effects": trial.effects, "written": trial.written.items()}
        except InvalidForm as e:
            errors = list(e.errors)
        except Invalid as e:
            errors = [e]
    else:
        given["value"] = facts["now"]
    facts |= {"errors": errors, "wrong": {e.field: e.words for e in errors}}
    return render(request, "office/change_form.html", facts, status=422 if errors else 200)


@for_roles(*OFFICE)
def change_page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    thing = one(changes_visible_to(actor), pk)
    facts = {
        "thing": thing,
        "policy": current_book().policies.get(thing.policy),
        "states": CHANGES.states,
        "steps": CHANGES.open_steps(thing, actor),
        "needs_why": {"refuse_change", "withdraw_change"},
        "effects": thing.effects,
        "written": thing.written.items(),
        "history": ledger.history("support.change", thing.pk),
        "book": current_book(),
    }
    return render(request, "office/change.html", facts)


@require_POST
@for_roles("officer", "approver")
def change_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    actor, now, why = actor_in(request), clock.now(), request.POST.get("why", "").strip()
    thing = one(changes_visible_to(actor), pk)
    if name == "approve_change":
        changes.approve_change(thing, actor, now)
    elif name in ("refuse_change", "withdraw_change"):
        {"refuse_change": changes.refuse_change, "withdraw_change": changes.withdraw_change}[name](
            thing, actor, now, why
        )
    else:
        raise NotFound("step.none")
    return redirect("change", pk)


@for_roles(*OFFICE)
def law_page(request: HttpRequest) -> HttpResponse:
    """Which version of the books holds, since when, by whom; and, when the shipped books moved
    on, the way to take that over.
    """
    actor, error = actor_in(request), None
    if request.method == "POST":
        if not actor.has("officer", "approver"):
            raise NotAllowed("change.who_approves")
        try:
            _enact(request, actor)
        except (Invalid, Stale) as e:
            error = e
        else:
            messages.success(request, gettext("已生效，每台机器都按它算"))
            return redirect("law")
    now = LawInForce.objects.select_related("version__made_from").first()
    facts = {
        "now": now,
        "versions": LawVersion.objects.defer("files")[:50],
        "trouble": books.trouble(),
        "seen": law.digest_in_force(),
        "new": law.shipped_has_changed(),
        "merged": law.merge(),
        "error": error,
        "why": request.POST.get("why", ""),
        "may": actor.has("officer", "approver"),
    }
    return render(request, "office/law.html", facts, status=error.status if error else 200)


def _enact(request: HttpRequest, actor: Actor) -> None:
    given, why, now = request.POST, request.POST.get("why", "").strip(), clock.now()
    what, seen = given.get("what"), given.get("seen", "")
    if what == "shipped":
        law.enact(None, actor, now, why, seen)
    elif what == "merge":
        choices = {
            m.path: [given.get(f"{m.path}:{n}", "") for n in range(len(m.conflicts))]
            for m in law.merge()
        }
        law.take_shipped_update(choices, actor, now, why, seen)
    elif what == "version":
        version = one(LawVersion.objects.all(), given.get("version", ""))
        law.enact(version, actor, now, why, seen)
    else:
        raise Invalid("step.none_here", "what")
