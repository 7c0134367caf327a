"""The first page of whoever works here: what waits, since when, until when; and the inbox."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kechuang.district.accounts.models import User
from kechuang.district.accounts.queries import (
    form_drafts,
    inbox,
    own_organisations,
    proved_addresses,
)
from kechuang.district.accounts.services import mark_read
from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.together import Asking, Count, answered
from kechuang.district.market.queries import (
    achievements_visible_to,
    demands_visible_to,
    embedding_asked,
)
from kechuang.district.market.services.index import embedder
from kechuang.district.plan.services.asking import workdays
from kechuang.district.portal.member.fields import flow_bars
from kechuang.district.portal.requests import actor_in, one, signed_in

from .records import kept_forms, waiting_records
from .sources import owing, waiting_elsewhere
from .strip import strip_of
from .things import OVERDUE, TODAY, Source, Thing, days_ahead, grouped

_DAYS = 14


@signed_in
def workspace(request: HttpRequest) -> HttpResponse:
    """What waits for this person, by day, across all kinds of record."""
    actor, today = actor_in(request), clock.today()
    sources, beside = _asked(request, actor, today)
    kept = kept_forms(beside["kept"], actor)
    things = [t for s in sources for t in s.things] + kept
    groups = grouped(things, today)
    by_name = {g.name: len(g.things) for g in groups}
    facts = {
        "today": today,
        "count": sum(s.count for s in sources) + len(kept),
        "overdue": by_name.get(OVERDUE, 0),
        "due_today": by_name.get(TODAY, 0),
        "groups": groups,
        "more": [s for s in sources if s.more],
        "strip": _strip(things, today),
        "flow": flow_bars(actor) if actor.has("broker") else [],
        "can_add": _additions(actor),
        **beside,
    }
    return render(request, "desk/workspace.html", facts)


def _asked(request: HttpRequest, actor: Actor, today: date) -> tuple[list[Source], dict[str, Any]]:
    """(what waits, what stands beside it), all by one query."""
    waiting = [*waiting_records(actor), *waiting_elsewhere(actor, today)]
    rest = [owing(actor, today), *_own(actor)]
    others: list[Asking[Any]] = [embedding_asked(embedder().model, actor), _beside(request, actor)]
    *found, (done, total), beside = answered([*waiting, *rest, *others])
    owed, *own = found[len(waiting) :]
    sources = [source for source in found[: len(waiting)] if source.count]
    return sources, {"owing": owed, "own": own, "done": done, "of": total, **beside}


def _beside(request: HttpRequest, actor: Actor) -> Asking[dict[str, Any]]:
    """The person's letters, organisations and forms, and whether their address is proved."""
    unread = inbox(actor).filter(read_at=None)
    new, count, own, kept, proved = yield (
        unread[:5],
        Count(unread),
        own_organisations(actor),
        form_drafts(actor.id),
        proved_addresses(actor.id),
    )
    return {
        "letters": new,
        "unread": count,
        "organisations": own,
        "kept": kept,
        "unproved": isinstance(request.user, User) and not proved,
    }


def _strip(things: Sequence[Thing], today: date) -> Any:
    """The coming days as a picture; None when nothing has a day."""
    dated = [t for t in things if t.until is not None]
    if not dated:
        return None
    calendar = workdays(current_book())
    span = (date.fromordinal(today.toordinal() + n) for n in range(_DAYS))
    off = frozenset(d for d in span if not calendar.is_workday(d))
    late = sum(t.until < today for t in dated if t.until)
    return strip_of(days_ahead(dated, today, _DAYS, off), late)


def _own(actor: Actor) -> list[Asking[Source]]:
    """What one's organisation has here: for firms their demands, for researchers their results."""
    found = []
    if actor.has("enterprise"):
        own = demands_visible_to(actor).filter(owner_id__in=actor.organisations)
        found.append(_counted(own, "demands", "本企业的需求"))
    if actor.has("researcher"):
        results = achievements_visible_to(actor).filter(owner_id__in=actor.organisations)
        found.append(_counted(results, "achievements", "本单位的成果"))
    return found


def _counted(found: Any, slug: str, title: str) -> Asking[Source]:
    rows, count = yield found.order_by("-changed_at")[:5], Count(found)
    things = [
        Thing(title, x.title, reverse(f"{slug}-record", args=[x.pk]), x.state_label) for x in rows
    ]
    return Source(things, count, f"{reverse(slug)}?owner=own", title)


def _additions(actor: Actor) -> list[tuple[str, str]]:
    items = []
    if actor.has("researcher", "broker", "officer"):
        items.append((reverse("achievements-new", args=["draft"]), "登记成果"))
    if actor.has("enterprise", "broker", "officer"):
        items.append((reverse("demands-new", args=["draft"]), "提出需求"))
    if actor.has("officer"):
        items.append((reverse("imports"), "导入表格"))
    return items


@signed_in
def letters(request: HttpRequest) -> HttpResponse:
    """The inbox; opening a letter marks it read."""
    actor = actor_in(request)
    opened = None
    if asked := request.GET.get("open", ""):
        opened = one(inbox(actor), asked)
        mark_read(opened, clock.now())
    return render(request, "member/inbox.html", {"letters": inbox(actor)[:200], "opened": opened})
