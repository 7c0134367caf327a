"""Doubtful pairs and the ledger."""

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.core import clock, ledger, roots, worker
from kechuang.district.core.actor import Actor
from kechuang.district.core.doubts import answer_doubt
from kechuang.district.core.models import Delivery, Doubt, Entry
from kechuang.district.core.proving import prove
from kechuang.district.core.registers import REGISTERS, Register, take
from kechuang.district.portal.requests import actor_in, for_roles, one
from kechuang.engines.base.days import parse_day
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
    with ledger.writing():
        answer_doubt(doubt, answer, actor, clock.now())
        if answer == "same" and doubt.kind in REGISTERS:
            _merge(REGISTERS[doubt.kind], doubt, actor)


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
    proof = prove(roots=roots.kept()) if "verify" in asked else None
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


@for_roles("officer", "auditor")
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with what leads from it to the root of its day, to be checked without Kechuang."""
    told = json.dumps(roots.notice(one(Entry.objects.all(), pk)), ensure_ascii=False, indent=1)
    name = f'attachment; filename="kechuang-notice-{pk}.json"'
    return HttpResponse(
        told, content_type="application/json", headers={"Content-Disposition": name}
    )
