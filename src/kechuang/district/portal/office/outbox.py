"""Letters that went out: whether they were sent, whether their link was opened, once more."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.accounts.models import PURPOSES, Letter
from kechuang.district.accounts.queries import letter_state, letters_in, outbox
from kechuang.district.accounts.services import ended, send_again, withdraw_link
from kechuang.district.core import clock, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.portal.components.tables import Column, Filter, Table, show
from kechuang.district.portal.requests import actor_in, for_roles, one, readers_of
from kechuang.engines.base.errors import NotFound

OFFICE = ("officer", "broker", "administrator")
_STATES = {"sent": "已寄出", "waiting": "等待寄出", "failed": "没有寄出", "none": "没有邮箱"}
_OPENED = {"yes": "打开过", "no": "没有打开"}


def demo_letters(request: HttpRequest) -> HttpResponse:
    """All letters, in demo mode only: there is no mail server, and testers need the links."""
    if not settings.KECHUANG_DEMO:
        raise NotFound("page.none_here")
    actor = actor_in(request)
    rows = [(letter, _may_follow(actor, letter)) for letter in outbox()[:100]]
    return render(request, "office/outbox.html", {"rows": rows})


def _may_follow(actor: Actor, letter: Letter) -> bool:
    """A letter's link is its addressee's; what a link without an account opens is any tester's,
    but what leads into an account only the administrator's.
    """
    if letter.opens:
        return not PURPOSES[letter.opens.purpose].personal or actor.has("administrator")
    return bool(letter.link) and (readers_of(letter.link) is None or letter.user_id == actor.id)


@for_roles(*OFFICE)
def letter_list(request: HttpRequest) -> HttpResponse:
    """Every letter, to whom, whether it was sent and opened. What it says is for who works on it."""
    actor = actor_in(request)
    table = Table(
        title="发出的信",
        columns=[
            Column("收信人", lambda x: x.name, "name"),
            Column("写于", lambda x: _moment(x.created_at), "created_at", choice=True),
            Column("邮箱", lambda x: x.email, minor=True),
            Column("主题", lambda x: _subject(actor, x), minor=True),
            Column("寄出", lambda x: gettext(_STATES[letter_state(x)]), choice=True),
            Column("链接", _opened, choice=True),
        ],
        link=lambda x: reverse("letter", args=[x.pk]),
        filters=[
            Filter("state", "寄出", list(_STATES.items()), lambda q, v: q.filter(letters_in(v))),
            Filter(
                "opened",
                "链接",
                list(_OPENED.items()),
                lambda q, v: q.exclude(opens=None).filter(opens__opened_at__isnull=v == "no"),
            ),
            Filter(
                "purpose",
                "用途",
                [(code, p.label) for code, p in PURPOSES.items() if code != "slip"],
                lambda q, v: q.filter(opens__purpose=v),
            ),
        ],
        search=lambda q, words: q.filter(name__contains=words) | q.filter(email__icontains=words),
        hint="收信人或邮箱",
        empty="还没有信。",
    )
    return show(request, table, outbox())


def _moment(at: Any) -> str:
    return clock.local(at).strftime("%Y-%m-%d %H:%M")


def _subject(actor: Actor, letter: Letter) -> str:
    """An administrator sees that a letter went out, not what it was about."""
    return letter.subject if actor.has("officer", "broker") else "—"


def _opened(letter: Letter) -> str:
    if not letter.opens:
        return "—"
    return gettext(_OPENED["yes" if letter.opens.opened_at else "no"])


@for_roles(*OFFICE)
def letter_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter and what became of it."""
    letter, actor = one(outbox(), pk), actor_in(request)
    link = letter.opens
    facts = {
        "letter": letter,
        "tells": actor.has("officer", "broker") and not _is_personal(letter),
        "state": _STATES[letter_state(letter)],
        "purpose": PURPOSES[link.purpose].label if link else "",
        "why": ended(link, clock.now()) if link else None,
        "personal": _is_personal(letter),
        "history": ledger.history("accounts.letter", letter.pk),
    }
    return render(request, "office/letter.html", facts)


def _is_personal(letter: Letter) -> bool:
    return letter.opens is not None and PURPOSES[letter.opens.purpose].personal


@require_POST
@for_roles(*OFFICE)
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Send it once more, or take its link back."""
    letter, actor, now = one(outbox(), pk), actor_in(request), clock.now()
    if what == "again":
        pk = send_again(letter, actor, now).pk
        messages.success(request, gettext("信已重新发出"))
    elif what == "withdraw" and letter.opens:
        withdraw_link(letter.opens, actor, now, request.POST.get("why", "").strip())
        messages.success(request, gettext("链接已收回"))
    else:
        raise NotFound("step.none")
    return redirect("letter", pk)
