"""Reading a plan in, reported figures, closings, the city's lists beside ours."""

import io
import zipfile
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.core import clock, files, ledger
from kechuang.district.core.books import current_book
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.plan.models import COMPARISONS
from kechuang.district.plan.queries import closings as all_closings
from kechuang.district.plan.queries import (
    comparisons_visible_to,
    draft_visible_to,
    drafts_visible_to,
    figures_visible_to,
)
from kechuang.district.plan.services import closings, comparing, drafts, figures, place_name
from kechuang.district.portal.components.downloads import download
from kechuang.district.portal.components.tables import Column, Filter, Table, show
from kechuang.district.portal.office.draft_form import corrected, shown, typed_lines
from kechuang.district.portal.requests import actor_in, for_roles, may_open, one
from kechuang.engines.base.errors import Invalid, InvalidForm, NotFound
from kechuang.engines.base.numbers import parse_whole

OFFICE = ("officer", "approver", "auditor")
MOST = 30_000_000


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
            name, data = _sent(request, "document")
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
    book = current_book()
    facts = {
        "thing": thing,
        "text": shown(thing.text, given or thing.draft),
        "draft": given or thing.draft,
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


# --- figures that bodies report


@for_roles(*OFFICE)
def figure_list(request: HttpRequest) -> HttpResponse:
    titles = {i.id: i.title for i in current_book().indicators.values()}
    fill_in = reverse("figure-new")
    states = WORKFLOWS["plan.figure"].states
    table = Table(
        title="填报的指标数",
        columns=[
            Column("指标", lambda f: titles.get(f.indicator, f.indicator), "indicator"),
            Column("地区", lambda f: f.place, "place", minor=True),
            Column("期间", lambda f: f.period, "as_of", number=True),
            Column("数值", lambda f: f.value, number=True),
            Column("填报", lambda f: f.reporter, minor=True),
            Column("状态", lambda f: gettext(states[f.state]), "state"),
        ],
        link=lambda f: reverse("figure", args=[f.pk]),
        filters=[Filter("state", "状态", list(states.items()), lambda q, v: q.filter(state=v))],
        search=lambda q, words: (
            q.filter(place__contains=words) | q.filter(reporter__contains=words)
        ),
        hint="地区或填报单位",
        actions=[(fill_in, "填报")] if may_open(actor_in(request), fill_in) else [],
        empty="还没有填报的数。",
    )
    return show(request, table, figures_visible_to(actor_in(request)))


_FIGURE_FIELDS = ("indicator", "place", "period", "value", "numerator", "denominator", "note")


def _figure_form(request: HttpRequest, thing: Any) -> HttpResponse:
    actor, book, errors, jump = actor_in(request), current_book(), [], False
    given: dict[str, str] = {n: getattr(thing, n) if thing else "" for n in _FIGURE_FIELDS}
    given["place"] = given["place"] or place_name(book)
    given["indicator"] = given["indicator"] or request.GET.get("indicator", "")
    if request.method == "POST":
        given = {n: request.POST.get(n, "") for n in _FIGURE_FIELDS}
        sure = request.POST.get("sure") == "1"
        try:
            if thing:
                figures.revise_figure(
                    thing,
                    given,
                    actor,
                    clock.now(),
                    sure=sure,
                    version=parse_whole(request.POST.get("version", "")) or 0,
                )
                return redirect("figure", thing.pk)
            evidence = _sent(request, "evidence") if request.FILES.get("evidence") else None
            made = figures.report_figure(given, actor, clock.now(), evidence=evidence, sure=sure)
        except InvalidForm as e:
            errors = e.errors
            jump = any(figures.is_question(x) for x in errors)
        except Invalid as e:
            errors = [e]
        else:
            messages.success(request, gettext("已填报，等另一位同事确认"))
            return redirect("figure", made.pk)
    facts = {
        "given": given,
        "errors": errors,
        "jump": jump,
        "indicators": book.indicators.values(),
        "thing": thing,
    }
    return render(request, "office/figure_form.html", facts, status=422 if errors else 200)


@for_roles("officer")
def figure_new(request: HttpRequest) -> HttpResponse:
    return _figure_form(request, None)


@for_roles("officer")
def figure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _figure_form(request, one(figures_visible_to(actor_in(request)), pk))


@for_roles(*OFFICE)
def figure_page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    thing, flow = one(figures_visible_to(actor), pk), WORKFLOWS["plan.figure"]
    facts = {
        "thing": thing,
        "indicator": current_book().indicators.get(thing.indicator),
        "states": flow.states,
        "steps": flow.open_steps(thing, actor),
        "needs_why": {"return_figure", "withdraw_figure"},
        "history": ledger.history("plan.figure", thing.pk),
        "can_edit": actor.has("officer") and thing.state in ("reported", "returned"),
    }
    return render(request, "office/figure.html", facts)


@require_POST
@for_roles("officer", "approver")
def figure_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    actor = actor_in(request)
    thing, now, why = (
        one(figures_visible_to(actor), pk),
        clock.now(),
        request.POST.get("why", "").strip(),
    )
    if name == "confirm_figure":
        figures.confirm_figure(thing, actor, now)
    elif name in ("return_figure", "withdraw_figure"):
        {"return_figure": figures.return_figure, "withdraw_figure": figures.withdraw_figure}[name](
            thing, actor, now, why
        )
    else:
        raise NotFound("step.none")
    return redirect("figure", pk)


@for_roles(*OFFICE)
def figure_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    thing = one(figures_visible_to(actor_in(request)), pk)
    if not thing.evidence:
        raise NotFound("figure.no_proof")
    return download(files.fetch(thing.evidence), thing.evidence_name)


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
    """Three piles (and doubtful pairs), each row with its likely reason."""
    made = one(comparisons_visible_to(actor_in(request)), pk)
    found = comparing.compare(made)
    facts = {
        "made": made,
        "found": found,
        "piles": found.piles,
        "kinds": COMPARISONS,
        "difference": found.theirs - found.ours,
        "route": "firm" if made.kind == "firms" else "contracts-record",
    }
    return render(request, "office/comparison.html", facts)
