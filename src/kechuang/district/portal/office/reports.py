"""Monthly and quarterly reports, the leaders' page, and returns in the receivers' layouts."""

import base64
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from kechuang.book.schemas import Plan, ReturnLayout
from kechuang.district.core import clock
from kechuang.district.core.books import current_book
from kechuang.district.core.registers import REGISTERS
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.plan.models import LIGHTS, REPORTS
from kechuang.district.plan.services import briefing
from kechuang.district.plan.services.brief import brief_of
from kechuang.district.portal.components.downloads import PDF, download
from kechuang.district.portal.public.plans import plan_in, tasks_in
from kechuang.district.portal.reports.brief_charts import brief_charts, way_words
from kechuang.district.portal.reports.charts import as_png, way_chart
from kechuang.district.portal.reports.checking import differences
from kechuang.district.portal.reports.paper import DOCX, as_docx, as_pdf, brief_docx
from kechuang.district.portal.reports.returns import filled_return
from kechuang.district.portal.requests import actor_in, for_roles
from kechuang.district.portal.sayings import titled
from kechuang.engines.base.errors import Invalid, NotFound

OFFICE = ("officer", "approver", "auditor")


def _labels() -> dict[str, str]:
    titles = {**_OWN, **{r.name: r.title for r in REGISTERS.values()}}
    return {
        f"{w.name}.{s.name}": f"{titles.get(w.name, w.name)}：{s.label}"
        for w in WORKFLOWS.values()
        for s in w.steps
    }


_OWN = {"plan.milestone": "节点", "plan.task": "任务", "plan.closing": "关账"}


@for_roles(*OFFICE)
def reports(request: HttpRequest) -> HttpResponse:
    """What can be written, for which period."""
    today, book = clock.today(), current_book()
    last = today.replace(day=1) - timedelta(days=1)
    months = [f"{today:%Y-%m}", f"{last:%Y-%m}"]
    quarter = today.year * 4 + (today.month - 1) // 3
    quarters = [f"{q // 4}Q{q % 4 + 1}" for q in (quarter, quarter - 1)]
    facts = {
        "months": months,
        "quarters": quarters,
        "layouts": book.returns.values(),
        "plans": book.plans.values(),
        "plan": plan_in(request),
        "kinds": REPORTS,
    }
    return render(request, "office/reports.html", facts)


@for_roles(*OFFICE)
def report(request: HttpRequest, kind: str, period: str) -> HttpResponse:
    """One report: as a page, ?as=pdf or ?as=docx."""
    if kind not in REPORTS:
        raise NotFound("report.no_such_kind")
    if (kind == "quarterly") != ("Q" in period) and kind != "brief":
        raise Invalid("report.period", "period")
    made = briefing.write(
        current_book(),
        plan_in(request),
        kind,
        period,
        clock.today(),
        only_reviewed=request.GET.get("reviewed") == "1",
    )
    labels = {k: gettext(v) for k, v in _labels().items()}
    brief = brief_of(made) if kind == "brief" else None
    charts = brief_charts(brief) if brief else _charts(made)
    facts = {
        "report": made,
        "brief": brief,
        "labels": labels,
        "light_words": LIGHTS,
        "charts": _pictures(charts),
        "actor_label": actor_in(request).label,
        "kind": kind,
        "kind_words": REPORTS[kind],
        "period": period,
    }
    shape = request.GET.get("as", "")
    if shape == "pdf":
        html = render_to_string(
            "office/report_print.html", facts | {"book": current_book()}, request
        )
        return download(as_pdf(html), f"{made.title}.pdf", PDF)
    if shape == "docx":
        pngs = [(words, as_png(svg)) for words, svg in charts]
        paper = brief_docx(made, brief, pngs) if brief else as_docx(made, labels)
        return download(paper, f"{made.title}.docx", DOCX)
    return render(request, "office/report.html", facts)


def _charts(made: briefing.Report) -> list[tuple[str, str]]:
    """Pictures only of targets that have a way and a value: (caption, SVG)."""
    chosen = [
        m.reading
        for m in made.figures
        if m.reading.path and m.reading.path.points and m.reading.value is not None
    ]
    return [(titled(r.target), way_chart(r, way_words())) for r in chosen[:8]]


def _pictures(charts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """(caption, data address)."""
    return [
        (words, f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}")
        for words, svg in charts
    ]


def _plan_for(request: HttpRequest, layout: ReturnLayout) -> Plan:
    return tasks_in(request) if layout.rows == "tasks" else plan_in(request)


@for_roles(*OFFICE)
def layout_return(request: HttpRequest, identity: str, period: str) -> HttpResponse:
    """A return in the receiver's own layout."""
    layout: Any = current_book().returns.get(identity)
    if layout is None:
        raise NotFound("report.no_such_layout")
    chosen = _plan_for(request, layout)
    data, kind = filled_return(current_book(), chosen, layout, period, clock.today())
    return download(data, f"{layout.title}-{period}.{layout.kind}", kind)


@for_roles(*OFFICE)
def layout_check(request: HttpRequest) -> HttpResponse:
    """Last year's file beside the same return written now, cell by cell. Nothing is stored."""
    book, sent, error = current_book(), request.FILES.get("file"), ""
    facts: dict[str, Any] = {
        "layouts": book.returns.values(),
        "chosen": request.POST.get("layout", ""),
        "period": request.POST.get("period", ""),
    }
    if request.method == "POST":
        try:
            layout = book.returns.get(facts["chosen"])
            if layout is None or sent is None:
                raise Invalid("layout.choose", "file")
            chosen, today = _plan_for(request, layout), clock.today()
            ours, _ = filled_return(book, chosen, layout, facts["period"], today)
            facts["cells"] = differences(layout, ours, sent.read(), sent.name or "")
            facts["head"] = [c for c in facts["cells"] if c[3]]
        except Invalid as e:
            error = e.words
    return render(
        request, "office/layout_check.html", facts | {"error": error}, status=422 if error else 200
    )
