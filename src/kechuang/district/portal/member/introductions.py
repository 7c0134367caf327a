"""Introductions under way, and the page behind a person's own link."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.accounts.roles import is_staff
from kechuang.district.core import clock, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.market.models import Invitation
from kechuang.district.market.models.introductions import OUTCOMES
from kechuang.district.market.queries import introductions_visible_to, search_introductions
from kechuang.district.market.services import introductions
from kechuang.district.portal.by_link import by_link
from kechuang.district.portal.components.tables import Column, Filter, Table, show
from kechuang.district.portal.finding import narrowed
from kechuang.district.portal.requests import actor_in, one, signed_in
from kechuang.district.transfer.queries import of_introduction
from kechuang.engines.base.errors import DomainError, Invalid

INTRODUCTIONS = WORKFLOWS["market.introduction"]
INVITATIONS = WORKFLOWS["market.invitation"]


def _state(thing: object, labels: object) -> object:
    state = thing.state  # type: ignore[attr-defined]
    return format_html('<span class="state state-{}">{}</span>', state, gettext(labels[state]))  # type: ignore[index]


@signed_in
def listed(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    table = Table(
        title="对接",
        columns=[
            Column("编号", lambda i: i.pk, "pk", number=True),
            Column("需求", lambda i: i.demand.title, "demand__title"),
            Column("成果", lambda i: i.achievement.title, "achievement__title"),
            Column("技术经理人", lambda i: i.broker_name, "broker_name", minor=True),
            Column("发起", lambda i: i.started_at.date(), "started_at", number=True, minor=True),
            Column(
                "回答",
                lambda i: "、".join(
                    f"{v.name}：{gettext(INVITATIONS.states[v.state])}" for v in i.invitations.all()
                ),
                minor=True,
            ),
            Column("状态", lambda i: _state(i, INTRODUCTIONS.states), "state"),
        ],
        link=lambda i: reverse("introduction", args=[i.pk]),
        filters=[
            Filter(
                "state", "状态", list(INTRODUCTIONS.states.items()), lambda q, v: q.filter(state=v)
            ),
            Filter("mine", "范围", [("1", "我发起的")], lambda q, v: q.filter(broker_id=actor.id)),
        ],
        search=lambda found, words: narrowed(
            "market.introduction", found, words, actor, search_introductions
        ),
        indexed=True,
        hint="需求或成果中的词",
        empty="还没有对接。打开一条需求的“匹配”，从候选成果发起。",
    )
    return show(request, table, introductions_visible_to(actor))


@signed_in
def page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    thing = one(introductions_visible_to(actor), pk)
    staff = is_staff(actor)
    facts = {
        "thing": thing,
        "states": INTRODUCTIONS.states,
        "invitations": [(i, INVITATIONS.states[i.state]) for i in thing.invitations.all()],
        "steps": INTRODUCTIONS.open_steps(thing, actor),
        "staff": staff,
        "outcomes": OUTCOMES,
        "contract": of_introduction(thing.pk),
        "can_work": bool(INTRODUCTIONS.step("withdraw").permission(actor, thing)),
        "history": ledger.history("market.introduction", thing.pk) if staff else [],
    }
    return render(request, "member/introduction.html", facts)


@require_POST
@signed_in
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw, reply to a question, or note the outcome."""
    actor = actor_in(request)
    thing = one(introductions_visible_to(actor), pk)
    what, words, now = (
        request.POST.get("what", ""),
        request.POST.get("words", "").strip(),
        clock.now(),
    )
    if what == "withdraw":
        introductions.withdraw(thing, actor, now, words)
        messages.success(request, gettext("已撤回，双方都会收到通知"))
    elif what == "reply":
        introductions.reply(
            one(thing.invitations.all(), request.POST.get("invitation") or 0), words, actor, now
        )
        messages.success(request, gettext("答复已发出"))
    elif what == "outcome":
        introductions.report_outcome(thing, request.POST.get("outcome", ""), words, actor, now)
        messages.success(request, gettext("结果已记录"))
    return redirect("introduction", pk)


@by_link
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a person's own link: shows on GET, acts on POST, needs no password."""
    invitation, actor = introductions.open_link(token, clock.now())
    error = ""
    if request.method == "POST":
        try:
            _take_answer(request, invitation, actor)
        except DomainError as e:
            error = e.words
        else:
            messages.success(request, gettext("谢谢，已经记下您的回答"))
            return redirect("answer", token)
    invitation.introduction.refresh_from_db()
    facts = _seen_by(invitation) | {"error": error, "words": request.POST.get("words", "")}
    return render(request, "member/answer.html", facts, status=422 if error else 200)


def _take_answer(request: HttpRequest, invitation: Invitation, actor: Actor) -> None:
    what, words = request.POST.get("what", ""), request.POST.get("words", "").strip()
    if what == "accept":
        introductions.accept(invitation, actor, clock.now(), words)
    elif what == "decline":
        introductions.decline(invitation, actor, clock.now(), words)
    elif what == "ask":
        introductions.ask(invitation, actor, clock.now(), words)
    elif what == "outcome":
        outcome = request.POST.get("outcome", "")
        introductions.report_outcome(invitation.introduction, outcome, words, actor, clock.now())
    else:
        raise Invalid("invitation.answer_missing")


def _seen_by(invitation: Invitation) -> dict[str, Any]:
    """What the invited may know: the firm's own side all of it, the owner's no more than the
    demand tells strangers, until both sides are agreed.
    """
    introduction = invitation.introduction
    demand = introduction.demand
    agreed = introduction.state in ("agreed", "contracted")
    sees_demand = invitation.side == "firm" or demand.confidentiality != "brokers" or agreed
    sees_firm = invitation.side == "firm" or demand.confidentiality == "open" or agreed
    return {
        "invitation": invitation,
        "introduction": introduction,
        "demand": demand if sees_demand else None,
        "firm": demand.owner.name if sees_firm and demand.owner else "",
        "agreed": agreed,
        "outcomes": OUTCOMES,
        "state": INVITATIONS.states[invitation.state],
        "open": invitation.state in ("waiting", "asking"),
        "ask_outcome": invitation.side == "firm" and agreed,
        "others": introduction.invitations.all() if agreed else [],
    }
