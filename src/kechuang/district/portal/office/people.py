"""Accounts: who has which role and when they last came; inviting, shutting, handing work over."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kechuang.district.accounts.models import ORGANISATION_KINDS, PURPOSES, User
from kechuang.district.accounts.queries import (
    PERSON_STATES,
    letter_links,
    memberships,
    organisation_by_code,
    people,
    people_in,
    person_state,
)
from kechuang.district.accounts.roles import ROLES
from kechuang.district.accounts.services import (
    Newcomer,
    disable,
    ended,
    grant,
    invite,
    invite_again,
    keep_organisation,
    revoke,
    withdraw_link,
)
from kechuang.district.core import clock, ledger
from kechuang.district.portal.components.downloads import PDF, download
from kechuang.district.portal.components.tables import Column, Filter, Table, show
from kechuang.district.portal.reports.paper import as_pdf
from kechuang.district.portal.requests import actor_in, for_roles, one
from kechuang.engines.base.errors import Invalid, NotFound


@for_roles("administrator")
def people_list(request: HttpRequest) -> HttpResponse:
    """Who has an account, with which roles, and when they last came."""
    table = Table(
        title="账号",
        columns=[
            Column("姓名", lambda u: u.name, "name"),
            Column("邮箱", _address, "email", minor=True),
            Column("角色", _roles),
            Column("最近来过", _last_seen, "last_seen_on", number=True),
            Column("状态", _state, choice=True),
        ],
        link=lambda u: reverse("person", args=[u.pk]),
        filters=[
            Filter(
                "state", "状态", list(PERSON_STATES.items()), lambda q, v: q.filter(people_in(v))
            ),
            Filter(
                "role",
                "角色",
                [(r.code, r.label) for r in ROLES.values()],
                lambda q, v: q.filter(memberships__role=v).distinct(),
            ),
        ],
        search=_search,
        hint="姓名、邮箱或单位中的词",
        layout="people",
        row=_row,
        actions=[
            (reverse("organisation-new"), "登记一个单位"),
            (reverse("person-invite"), "邀请一个人"),
        ],
        views="people",
    )
    return show(request, table, people())


def _search(found: Any, words: str) -> Any:
    for word in words.split()[:8]:
        organisation = Q(memberships__organisation__name__contains=word)
        found = found.filter(Q(name__contains=word) | Q(email__icontains=word) | organisation)
    return found.distinct()


def _proved(user: User) -> bool:
    return any(a.verified and a.primary for a in user.emailaddress_set.all())  # type: ignore[attr-defined]


def _address(user: User) -> Any:
    if _proved(user):
        return user.email
    return format_html("{}<br><small>{}</small>", user.email, gettext("未确认"))


def _roles(user: User) -> Any:
    rows = ((gettext(m.get_role_display()), m.organisation.name) for m in user.memberships.all())
    return format_html_join("", "<div>{} · {}</div>", rows)


def _last_seen(user: User) -> str:
    day: date | None = user.last_seen_on
    return day.isoformat() if day else gettext("没有来过")


def _state(user: User) -> Any:
    state = person_state(user)
    return format_html(
        '<span class="state state-{}">{}</span>', state, gettext(PERSON_STATES[state])
    )


def _row(user: User) -> dict[str, object]:
    held = list(user.memberships.all())
    return {
        "name": user.name,
        "email": user.email,
        "roles": [m.get_role_display() for m in held],
        "organisations": list(dict.fromkeys(m.organisation.name for m in held)),
        "last_seen_on": user.last_seen_on,
        "state": person_state(user),
    }


@for_roles("administrator")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: roles, links that are out, and what may be done with it."""
    user, now = one(people(), pk), clock.now()
    facts = {
        "person": user,
        "state": person_state(user),
        "states": PERSON_STATES,
        "proved": _proved(user),
        "roles": ROLES.values(),
        "links": [
            (link, PURPOSES[link.purpose].label, ended(link, now))
            for link in letter_links().filter(user=user)[:20]
        ],
        "own": user.pk == actor_in(request).id,
        "history": ledger.history("accounts.person", user.pk),
    }
    return render(request, "office/person.html", facts)


@require_POST
@for_roles("administrator")
def person_act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Everything that is done on a person's page."""
    user, actor, now, given = one(people(), pk), actor_in(request), clock.now(), request.POST
    if what == "grant":
        organisation = _organisation(given.get("code", ""))
        grant(user, organisation, given.get("role", ""), actor, now)
    elif what == "revoke":
        held = one(memberships().filter(user=user), given.get("membership") or 0)
        revoke(held, actor, now, given.get("why", ""))
    elif what == "invite":
        invite_again(user, given.get("way", ""), actor, now, given.get("email", ""))
    elif what == "disable":
        disable(user, actor, now, given.get("why", "").strip())
    elif what == "withdraw":
        link = one(letter_links().filter(user=user), given.get("link") or 0)
        withdraw_link(link, actor, now, given.get("why", ""))
    else:
        raise NotFound("step.none")
    messages.success(request, gettext("已保存"))
    slip = what == "invite" and given.get("way") == "slip"
    return redirect("person-slip" if slip else "person", pk)


def _organisation(code: str) -> Any:
    found = organisation_by_code(code.strip().upper())
    if found is None:
        raise Invalid("organisation.unknown_register_first", "code")
    return found


@for_roles("administrator")
def invite_page(request: HttpRequest) -> HttpResponse:
    """Invite somebody: by mail, or by a slip to print. Nobody types a password for another."""
    error, given = None, request.POST
    if request.method == "POST":
        try:
            new = Newcomer(
                given.get("name", ""),
                given.get("email", ""),
                _organisation(given.get("code", "")),
                given.get("role", ""),
            )
            link = invite(new, given.get("way", ""), actor_in(request), clock.now())
        except Invalid as e:
            error = e
        else:
            messages.success(request, gettext("已邀请"))
            return redirect("person-slip" if link.is_slip else "person", link.user_id or 0)
    facts = {"roles": ROLES.values(), "error": error.words if error else "", "given": given}
    return render(request, "office/invite.html", facts, status=422 if error else 200)


@never_cache
@for_roles("administrator")
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """The slip that a person begins with, to print and hand over."""
    user = one(people(), pk)
    link = letter_links().filter(user=user, purpose="slip").first()
    if link is None or ended(link, clock.now()):
        raise NotFound("person.no_slip")
    facts = {"person": user, "link": link, "address": request.build_absolute_uri(reverse("code"))}
    if request.GET.get("as") == "pdf":
        html = render_to_string("office/slip_print.html", facts, request)
        return download(as_pdf(html), f"{user.name}.pdf", PDF)
    return render(request, "office/slip.html", facts)


@for_roles("administrator")
def organisation_page(request: HttpRequest) -> HttpResponse:
    """Register an organisation."""
    error, given = None, request.POST
    if request.method == "POST":
        try:
            keep_organisation(
                given.get("code", ""),
                given.get("name", ""),
                given.get("kind", "enterprise"),
                actor_in(request),
                clock.now(),
            )
        except Invalid as e:
            error = e
        else:
            messages.success(request, gettext("已保存"))
            return redirect("people")
    facts = {"kinds": ORGANISATION_KINDS, "error": error.words if error else "", "given": given}
    return render(request, "office/organisation.html", facts, status=422 if error else 200)
