"""Firms, doubtful pairs, ledger, people, letters of the demo."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.accounts.models import ORGANISATION_KINDS, Letter
from kechuang.district.accounts.queries import memberships, organisation_by_code, outbox, people
from kechuang.district.accounts.roles import ROLES
from kechuang.district.accounts.services import add_person, grant, keep_organisation, revoke
from kechuang.district.core import clock, ledger, worker
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Delivery, Doubt, Entry
from kechuang.district.core.registers import REGISTERS, Register, take
from kechuang.district.portal.requests import actor_in, for_roles, one, readers_of
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid, NotFound
from kechuang.engines.base.sayings import Said


@for_roles("officer")
def doubts(request: HttpRequest) -> HttpResponse:
    """Pairs that may be one record: a person says."""
    if request.method == "POST":
        doubt = one(Doubt.objects.filter(answer=""), request.POST.get("doubt") or 0)
        _settle(doubt, request.POST.get("answer", ""), actor_in(request))
        messages.success(request, gettext("已记下"))
        return redirect("doubts")
    rows = [
        (d, _doubt_link(d.kind, d.left_id), _doubt_link(d.kind, d.right_id))
        for d in Doubt.objects.all()[:200]
    ]
    return render(request, "office/doubts.html", {"rows": rows})


def _doubt_link(kind: str, key: str) -> str:
    """Where a doubtful record stands; lines of a compared list are looked for by their code."""
    if kind in REGISTERS:
        return reverse(f"{REGISTERS[kind].slug}-record", args=[key])
    if kind == "plan.comparison":
        return f"{reverse('firms')}?{urlencode({'q': key})}"
    return ""


def _settle(doubt: Doubt, answer: str, actor: Actor) -> None:
    """The same: the newer record is closed in favour of the older one.

    Different: nothing but the answer.
    """
    if answer not in ("same", "different"):
        raise Invalid("doubt.answer_missing", "answer")
    with ledger.writing():
        if answer == "same" and doubt.kind in REGISTERS:
            _merge(REGISTERS[doubt.kind], doubt, actor)
        doubt.answer, doubt.answered_by = answer, actor.label
        doubt.save()


def _merge(register: Register[Any], doubt: Doubt, actor: Actor) -> None:
    """By the register's own step, where it has one."""
    if not any(s.name == "merge" for s in register.steps):
        return
    older, newer = sorted((doubt.left_id, doubt.right_id), key=int)
    kept = one(register.visible(actor), older)
    thing = one(register.visible(actor), newer)
    why = Said("doubt.merged_into", label=f"{kept.reference} {kept}")
    facts = {"kept": kept.pk, "reference": kept.reference}
    take(register, "merge", thing, {}, actor, clock.now(), why=why, facts=facts)


@for_roles("officer", "auditor", "administrator")
def ledger_page(request: HttpRequest) -> HttpResponse:
    """The ledger, newest first. Administrators see what happened, not what it was about."""
    found = Entry.objects.order_by("-id")
    asked = request.GET
    kinds = sorted(Entry.objects.order_by().values_list("kind", flat=True).distinct())
    if asked.get("kind") in kinds:
        found = found.filter(kind=asked["kind"])
    if day := parse_day(asked.get("day", ""), "day"):
        found = found.filter(day=day)
    proof = ledger.verify() if "verify" in asked else None
    hide = not actor_in(request).has("officer", "auditor")
    stuck = Delivery.objects.filter(state="stuck")
    facts = {
        "page": Paginator(found, 50).get_page(asked.get("page")),
        "kinds": kinds,
        "kind": asked.get("kind", ""),
        "proof": proof,
        "hide": hide,
        "stuck": stuck[:50],
        "waiting": Delivery.objects.filter(state="pending").count(),
        "day": asked.get("day", ""),
    }
    return render(request, "office/ledger.html", facts)


@require_POST
@for_roles("administrator")
def retry(request: HttpRequest) -> HttpResponse:
    """Deliver again what got stuck."""
    count = worker.retry_stuck()
    messages.success(request, gettext("已重新排队：") + str(count))
    return redirect("ledger")


@for_roles("administrator")
def people_page(request: HttpRequest) -> HttpResponse:
    """Accounts and roles."""
    error = ""
    if request.method == "POST":
        try:
            _manage(request)
        except Invalid as e:
            error = e.words
        else:
            messages.success(request, gettext("已保存"))
            return redirect("people")
    facts = {
        "people": people(),
        "roles": ROLES.values(),
        "kinds": ORGANISATION_KINDS,
        "error": error,
        "given": request.POST,
    }
    return render(request, "office/people.html", facts, status=422 if error else 200)


def _manage(request: HttpRequest) -> None:
    actor, now, given = actor_in(request), clock.now(), request.POST
    what = given.get("what")
    if what == "organisation":
        keep_organisation(
            given.get("code", ""),
            given.get("name", ""),
            given.get("kind", "enterprise"),
            actor,
            now,
        )
    elif what == "person":
        password = given.get("password", "")
        if len(password) < 10:
            raise Invalid("person.password_short", "password")
        if not given.get("email") or not given.get("name"):
            raise Invalid("person.name_and_email", "email")
        with ledger.writing():
            user = add_person(given["email"], given["name"], password, actor, now)
            _grant(user, given, actor, now)
    elif what == "grant":
        _grant(one(people(), given.get("user") or 0), given, actor, now)
    elif what == "revoke":
        revoke(one(memberships(), given.get("membership") or 0), actor, now, given.get("why", ""))


def _grant(user: Any, given: Any, actor: Any, now: Any) -> None:
    organisation = organisation_by_code(given.get("code", "").strip().upper())
    if organisation is None:
        raise Invalid("organisation.unknown_register_first", "code")
    grant(user, organisation, given.get("role", ""), actor, now)


def letters_of_demo(request: HttpRequest) -> HttpResponse:
    """All letters, in demo mode only: there is no mail server, and testers need the links."""
    if not settings.KECHUANG_DEMO:
        raise NotFound("page.none_here")
    actor = actor_in(request)
    rows = [(letter, _opens(actor, letter)) for letter in outbox()[:100]]
    return render(request, "office/outbox.html", {"rows": rows})


def _opens(actor: Actor, letter: Letter) -> bool:
    """A letter's link is its addressee's; what a link without an account opens is any tester's."""
    return bool(letter.link) and (readers_of(letter.link) is None or letter.user_id == actor.id)
