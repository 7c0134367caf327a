"""Reading a plan in, closings, the city's lists beside ours."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.core import clock, ledger
from kechuang.district.core.books import current_book
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.plan.models import COMPARISONS
from kechuang.district.plan.queries import closings as all_closings
from kechuang.district.plan.queries import (
    comparisons_visible_to,
    draft_visible_to,
    drafts_visible_to,
)
from kechuang.district.plan.services import closings, comparing, drafts, place_name
from kechuang.district.portal.components.downloads import download
from kechuang.district.portal.office.draft_form import corrected, for_page, shown, typed_lines
from kechuang.district.portal.requests import actor_in, for_roles, one
from kechuang.engines.base.errors import Invalid, InvalidForm, NotFound
from kechuang.engines.base.numbers import parse_whole
from kechuang.engines.planning import Sum
from kechuang.engines.plantext import place

OFFICE = ("officer", "approver", "auditor")
MOST = 30_000_000
ITEM_KINDS = {"figure": "数字", "deadline": "时限", "body": "责任单位"}


def _sent(request: HttpRequest, name: str) -> tuple[str, bytes]:
    sent = request.FILES.get(name)
    if sent is None or not sent.name:
        raise Invalid("file.missing", name)
    if (sent.size or 0) > MOST:
        raise Invalid("file.too_large_mb", name, megabytes=MOST // 1000000)
    return sent.name, sent.read()


# --- documents read into drafts


@for_roles("officer", "administrator", "auditor")
def draft_list(request: HttpRequest) -> HttpResponse:
    """Documents read so far; a new one is uploaded here."""
    actor, error = actor_in(request), ""
    if request.method == "POST":
        try:
            name, data = _document(request)
            made = drafts.read_draft(name, data, actor, clock.now())
        except Invalid as e:
            error = e.words
        else:
            return redirect("draft", made.pk)
    facts = {
        "drafts": drafts_visible_to(actor)[:100],
        "error": error,
        "states": WORKFLOWS["plan.draft"].states,
        "can_read": actor.has("officer", "administrator"),
    }
    return render(request, "office/drafts.html", facts, status=422 if error else 200)


def _document(request: HttpRequest) -> tuple[str, bytes]:
    """A file, or a text that was pasted."""
    pasted = request.POST.get("text", "").strip()
    if pasted and not request.FILES.get("document"):
        return f"{gettext('粘贴的文本')}.txt", pasted.encode()
    return _sent(request, "document")


@for_roles("officer", "administrator", "auditor")
def draft_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft beside its text: accept, correct, merge, delete, add; save as a book."""
    actor = actor_in(request)
    thing = one(draft_visible_to(actor), pk)
    errors: list[Invalid] = []
    given, mine = None, ""
    if request.method == "POST" and parse_whole(request.POST.get("version", "")) != thing.version:
        errors = [Invalid("draft.changed_meanwhile")]
        mine = typed_lines(request.POST)
    elif request.method == "POST":
        given = corrected(request.POST, thing.draft)
        try:
            messages.success(request, _keep_draft(request, thing, given))
        except InvalidForm as e:
            errors = e.errors
        else:
            return redirect("draft", pk)
    book, placing = current_book(), place(thing.text, given or thing.draft)
    facts = {
        "thing": thing,
        "placing": placing,
        "item_kinds": ITEM_KINDS,
        "text": shown(thing.text, given or thing.draft, placing.missing),
        "draft": for_page(given or thing.draft),
        "read": thing.read,
        "errors": errors,
        "mine": mine,
        "states": WORKFLOWS["plan.draft"].states,
        "history": ledger.history("plan.draft", thing.pk),
        "can_edit": thing.state == "draft" and actor.has("officer", "administrator"),
        "extends": request.POST.get("extends") or (book.parent.id if book.parent else "national"),
        "identity": request.POST.get("identity", ""),
        "bounds": [
            ("", ""),
            (">=", "≥"),
            (">", ">"),
            ("<=", "≤"),
            ("about", "≈"),
            ("none", "无数字"),
        ],
    }
    return render(
        request, "office/draft.html", facts, status=409 if mine else 422 if errors else 200
    )


def _keep_draft(request: HttpRequest, thing: Any, given: dict[str, Any]) -> str:
    """Keep the corrections and, when asked, save the book; what to tell the person."""
    actor, now, sent = actor_in(request), clock.now(), request.POST
    if thing.state == "draft":
        drafts.revise_draft(thing, given, actor, now, version=thing.version)
    if "save_book" not in sent:
        return gettext("已保存")
    identity, extends, title = (sent.get(n, "") for n in ("identity", "extends", "title"))
    drafts.save_draft(thing, identity, extends, title, actor, now)
    return gettext("已存成书，并通过检查")


@for_roles("officer", "administrator", "auditor")
def draft_book(request: HttpRequest, pk: int) -> HttpResponse:
    """The saved book as a zip."""
    thing = one(draft_visible_to(actor_in(request)), pk)
    if thing.state != "saved":
        raise NotFound("draft.not_saved")
    folder = drafts.folder_of(thing)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(f"{thing.book}/{path.relative_to(folder)}", path.read_bytes())
    return download(stream.getvalue(), f"{thing.book}.zip", "application/zip")


@require_POST
@for_roles("officer", "administrator")
def draft_discard(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    drafts.discard_draft(one(draft_visible_to(actor), pk), actor, clock.now())
    return redirect("drafts")


# --- closed periods


@require_POST
@for_roles("officer", "approver")
def close_period(request: HttpRequest) -> HttpResponse:
    made = closings.close_period(
        request.POST.get("indicator", ""),
        request.POST.get("period", "").strip(),
        actor_in(request),
        clock.now(),
    )
    messages.success(request, gettext("已关账，这个数从此不改；以后的变动写更正"))
    return redirect("closing", made.pk)


@for_roles(*OFFICE)
def closing_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A closed figure against today's, row by row."""
    actor = actor_in(request)
    thing = one(all_closings(), pk)
    found, flow = closings.drift(thing), WORKFLOWS["plan.closing"]
    facts = {
        "thing": thing,
        "drift": found,
        "counts": closings.counts_what(thing),
        "indicator": current_book().indicators[thing.indicator],
        "states": flow.states,
        "steps": flow.open_steps(thing, actor),
        "history": ledger.history("plan.closing", thing.pk),
        "is_money": current_book().indicators[thing.indicator].unit == "亿元",
    }
    return render(request, "office/closing.html", facts)


@require_POST
@for_roles("officer", "approver")
def closing_correct(request: HttpRequest, pk: int) -> HttpResponse:
    closings.correct_closing(
        one(all_closings(), pk), actor_in(request), clock.now(), request.POST.get("why", "").strip()
    )
    messages.success(request, gettext("更正已写在公布数旁边"))
    return redirect("closing", pk)


# --- the city's lists beside ours


@for_roles(*OFFICE)
def comparison_list(request: HttpRequest) -> HttpResponse:
    actor, error = actor_in(request), ""
    if request.method == "POST":
        try:
            name, data = _sent(request, "sheet")
            options = {
                n: request.POST.get(n, "").strip()
                for n in ("rung", "start", "end", "published", "place")
            }
            made = comparing.lay(
                request.POST.get("kind", ""), name, data, options, actor, clock.now()
            )
        except Invalid as e:
            error = e.words
        else:
            comparing.hand_over(made, clock.now())
            return redirect("comparison", made.pk)
    rungs = next(c for c in current_book().layouts["firms"].columns if c.field == "rung").choices
    facts = {
        "comparisons": comparisons_visible_to(actor)[:100],
        "kinds": COMPARISONS,
        "rungs": rungs.items(),
        "error": error,
        "given": request.POST,
        "place": place_name(current_book()),
        "can_lay": actor.has("officer"),
    }
    return render(request, "office/comparisons.html", facts, status=422 if error else 200)


@for_roles(*OFFICE)
def comparison_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Three piles (and doubtful pairs) that add up to both books, each row with its reason."""
    made = one(comparisons_visible_to(actor_in(request)), pk)
    found = comparing.compare(made)
    facts = {
        "made": made,
        "found": found,
        "piles": found.piles,
        "kinds": COMPARISONS,
        "sums": _sums(found.sums),
        "route": "firm" if made.kind == "firms" else "contracts-record",
    }
    return render(request, "office/comparison.html", facts)


def _sums(found: Mapping[str, Sum]) -> list[tuple[str, Sum, Sum]]:
    """(words, theirs, ours) of each pile and of the whole."""
    none = Sum()
    return [
        (gettext("两边都有"), found["both_theirs"], found["both_ours"]),
        (gettext("只有对方有"), found["only_theirs"], none),
        (gettext("只有我方有"), none, found["only_ours"]),
        (gettext("合计"), found["theirs"], found["ours"]),
    ]
