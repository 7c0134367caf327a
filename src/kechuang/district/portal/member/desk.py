"""The workspace of each role, and the inbox."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kechuang.district.accounts.queries import inbox, own_organisations
from kechuang.district.accounts.services import mark_read
from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Doubt
from kechuang.district.market.queries import (
    achievements_visible_to,
    demands_visible_to,
    embedding_progress,
    introductions_visible_to,
)
from kechuang.district.market.services.index import embedder
from kechuang.district.portal.registers.waiting import kept_forms, waiting_records
from kechuang.district.portal.requests import actor_in, one, signed_in
from kechuang.district.transfer.queries import visible_to as contracts_visible_to

_MOST = 8
_WITH_BLOCKS = ("demands", "achievements", "contracts")


@signed_in
def workspace(request: HttpRequest) -> HttpResponse:
    """What waits for this person, one block per duty; nothing else."""
    actor = actor_in(request)
    done, total = embedding_progress(embedder().model, actor)
    facts = {
        "blocks": _blocks(request),
        "organisations": own_organisations(actor),
        "letters": inbox(actor).filter(read_at=None)[:5],
        "kept": kept_forms(actor),
    }
    return render(
        request,
        "member/workspace.html",
        facts | {"done": done, "of": total, "can_add": _additions(actor)},
    )


def _additions(actor: Any) -> list[tuple[str, str]]:
    items = []
    if actor.has("researcher", "broker", "officer"):
        items.append((reverse("achievements-new", args=["draft"]), "登记成果"))
    if actor.has("enterprise", "broker", "officer"):
        items.append((reverse("demands-new", args=["draft"]), "提出需求"))
    if actor.has("officer"):
        items.append((reverse("imports"), "导入表格"))
    return items


def _block(title: str, found: Any, url: str, route: str, empty: str) -> dict[str, Any]:
    shown = list(found[: _MOST + 1])
    return {
        "title": title,
        "count": len(shown) if len(shown) <= _MOST else found.count(),
        "url": url,
        "empty": empty,
        "rows": [
            (
                reverse(route, args=[x.pk]),
                x.label if route != "introduction" else f"{x.demand.title} ↔ {x.achievement.title}",
                x,
            )
            for x in shown[:_MOST]
        ],
    }


Blocks = list[dict[str, Any]]


def _blocks(request: HttpRequest) -> Blocks:
    actor = actor_in(request)
    return [
        *_to_decide(actor),
        *_to_bring_together(actor),
        *_of_the_bureau(actor),
        *waiting_records(actor, _WITH_BLOCKS),
        *_own(actor),
    ]


def _both(actor: Actor) -> list[tuple[str, Any, str, str]]:
    """(word, records, list address, route) of demands and achievements."""
    return [
        ("需求", demands_visible_to(actor), reverse("demands"), "demands-record"),
        ("成果", achievements_visible_to(actor), reverse("achievements"), "achievements-record"),
    ]


_TO_CHECK = {"需求": "待审核的需求", "成果": "待审核的成果"}
_TO_PUBLISH = {"需求": "待发布的需求", "成果": "待发布的成果"}


def _to_decide(actor: Actor) -> Blocks:
    blocks: Blocks = []
    if actor.has("broker", "officer"):
        for word, found, url, route in _both(actor):
            waiting = found.filter(state="submitted").exclude(submitted_by=actor.id)
            blocks.append(
                _block(
                    _TO_CHECK[word], waiting, f"{url}?state=submitted", route, "没有等您审核的。"
                )
            )
    if actor.has("officer", "approver"):
        for word, found, url, route in _both(actor):
            waiting = (
                found.filter(state="checked")
                .exclude(submitted_by=actor.id)
                .exclude(checked_by=actor.id)
            )
            blocks.append(
                _block(
                    _TO_PUBLISH[word], waiting, f"{url}?state=checked", route, "没有等您发布的。"
                )
            )
    return blocks


def _to_bring_together(actor: Actor) -> Blocks:
    blocks: Blocks = []
    if actor.has("broker"):
        fresh = demands_visible_to(actor).filter(state="published", introductions=None)
        url = f"{reverse('demands')}?state=published"
        blocks.append(
            _block("还没有对接的需求", fresh, url, "demands-record", "每条需求都已有对接。")
        )
    if actor.has("broker", "officer"):
        going = introductions_visible_to(actor).filter(state__in=("open", "agreed"))
        blocks.append(
            _block(
                "进行中的对接",
                going,
                reverse("introductions"),
                "introduction",
                "没有进行中的对接。",
            )
        )
    return blocks


def _of_the_bureau(actor: Actor) -> Blocks:
    if not actor.has("officer"):
        return []
    waiting = contracts_visible_to(actor).filter(state="recorded")
    url = f"{reverse('contracts')}?state=recorded"
    blocks = [_block("待登记的合同", waiting, url, "contracts-record", "没有待登记的合同。")]
    if doubts := Doubt.objects.filter(answer="").count():
        doubtful = {
            "title": "可能重复的记录",
            "count": doubts,
            "url": reverse("doubts"),
            "rows": [],
            "empty": "请逐对核对。",
        }
        blocks.append(doubtful)
    return blocks


def _own(actor: Actor) -> Blocks:
    blocks: Blocks = []
    if actor.has("enterprise"):
        own = demands_visible_to(actor).filter(owner_id__in=actor.organisations)
        empty = "还没有需求。写下一个技术难题，技术经理人会替您找人。"
        blocks.append(
            _block("本企业的需求", own, f"{reverse('demands')}?owner=own", "demands-record", empty)
        )
    if actor.has("researcher"):
        results = achievements_visible_to(actor).filter(owner_id__in=actor.organisations)
        empty = "还没有成果。可以一条条登记，也可以导入表格。"
        blocks.append(
            _block(
                "本单位的成果",
                results,
                f"{reverse('achievements')}?owner=own",
                "achievements-record",
                empty,
            )
        )
    return blocks


@signed_in
def letters(request: HttpRequest) -> HttpResponse:
    """The inbox; opening a letter marks it read."""
    actor = actor_in(request)
    opened = None
    if asked := request.GET.get("open", ""):
        opened = one(inbox(actor), asked)
        mark_read(opened, clock.now())
    return render(request, "member/inbox.html", {"letters": inbox(actor)[:200], "opened": opened})
