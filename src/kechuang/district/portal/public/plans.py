"""The plan for everybody: targets with their standing, one target opened down to its records,
charts, ranks.
"""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from kechuang.book.schemas import Plan
from kechuang.district.accounts.roles import is_staff
from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.registers import REGISTERS
from kechuang.district.core.together import Count, together
from kechuang.district.plan import services as plan
from kechuang.district.plan.models import LIGHTS
from kechuang.district.plan.queries import (
    bulletins_visible_to,
    closings,
    duties,
    figures_visible_to,
    measurements,
    milestones,
    public_history,
    task_files,
)
from kechuang.district.plan.registers import COMPLETENESS, FIGURES
from kechuang.district.plan.services.closings import counts_what, now_of
from kechuang.district.plan.services.readings import TURNOVER
from kechuang.district.portal.components.tables import Table, lines
from kechuang.district.portal.registers.lists import creating, table_of
from kechuang.district.portal.reports.brief_charts import way_words
from kechuang.district.portal.reports.charts import bars_chart, way_chart
from kechuang.district.portal.requests import actor_in, year_in
from kechuang.district.transfer.queries import turnover_signed, years_with_contracts
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import NotFound
from kechuang.engines.planning import kept

from .plan_lines import answer_of, areas_of
from .target_lines import target_answer

_SHOWN, _FIRST = 400, 10


def plan_in(request: HttpRequest) -> Plan:
    """?plan=, or the plan in force today."""
    book, asked = current_book(), request.GET.get("plan", "")
    found = book.plan_of(asked) if asked else book.plan_on(clock.today())
    if found is None:
        raise NotFound("plan.none")
    return found


def tasks_in(request: HttpRequest) -> Plan:
    """The plan whose tasks a page is about: ?plan=, or the one in force; one without tasks leaves
    those of the last plan that has any.
    """
    found = plan_in(request)
    if found.tasks or request.GET.get("plan"):
        return found
    others = [p for p in current_book().plans.values() if p.tasks and p.start <= clock.today()]
    return max(others, key=lambda p: p.start, default=found)


def plan_year(request: HttpRequest, chosen: Plan) -> int:
    """?year=, or the year by which a plan is to be judged: this one, or its last when it ended."""
    return year_in(request, chosen.last_year(clock.today()))


def _years(chosen: Plan, today: date) -> list[int]:
    own = range(chosen.start.year, chosen.last_year(today) + 1)
    return sorted({today.year, *own, *years_with_contracts()}, reverse=True)


def plan_page(request: HttpRequest) -> HttpResponse:
    """Targets by group with light and reason, tasks by area, the plans before and after."""
    book, today, chosen = current_book(), clock.today(), plan_in(request)
    year = plan_year(request, chosen)
    found = plan.readings(book, year, today, chosen)
    files, marks = task_files(chosen.id), list(milestones(chosen.id))
    states, answer = {n: f.state for n, f in files.items()}, answer_of(chosen, found, today)
    facts = {
        "plan": chosen,
        "plans": book.plans.values(),
        "answer": answer,
        "groups": [(g, answer.rows.get(g.id, [])) for g in chosen.groups],
        "areas": areas_of(chosen, states, marks, today),
        "year": year,
        "years": _years(chosen, today),
        "today": today,
        "over": today > chosen.end,
        "light_words": LIGHTS,
        "above": book.plan_above(chosen),
        "is_main": chosen is book.plan,
        "states": states,
        "successors": [p for p in book.plans.values() if p.succeeds == chosen.id],
        "before": book.plans.get(chosen.succeeds),
    }
    return render(request, "public/plan.html", facts)


def target_page(request: HttpRequest, identity: str) -> HttpResponse:
    """One target, opened down to its records, its way, its closed periods and what others
    published.
    """
    book, today, actor, chosen = (
        current_book(),
        clock.today(),
        actor_in(request),
        plan_in(request),
    )
    year = plan_year(request, chosen)
    target = chosen.target(identity)
    if target is None:
        raise NotFound("target.none")
    reading = plan.reading(book, target, year, today, chosen)
    indicator, staff = reading.indicator, is_staff(actor)
    measured = plan.measure_of(indicator)
    told, signed = _told(reading, year, actor)
    facts = {
        "answer": target_answer(reading, signed),
        "reading": reading,
        "target": target,
        "indicator": indicator,
        "plan": chosen,
        "year": year,
        "years": _years(chosen, today),
        "light_words": LIGHTS,
        "staff": staff,
        "fills_in": bool(creating(FIGURES, actor)),
        "says_complete": bool(creating(COMPLETENESS, actor)),
        "can_close": actor.has("officer", "approver")
        and measured is not None
        and measured.records is not None,
        **_around(chosen, target),
        **_records(reading, actor, _SHOWN if request.GET.get("rows") == "all" else _FIRST),
        **told,
    }
    return render(request, "public/target.html", facts)


def _around(chosen: Any, target: Any) -> dict[str, Any]:
    """What the book sets beside a target: its neighbours, its tasks, the same measure elsewhere."""
    book, at, same = current_book(), chosen.targets.index(target), target.indicator
    return {
        "before": chosen.targets[at - 1] if at else None,
        "after": next(iter(chosen.targets[at + 1 :]), None),
        "tasks": [t for t in chosen.tasks if t.number in target.tasks],
        "figures": [f for f in book.figures if f.indicator == same],
        "same_measure": [
            (p, t)
            for p in book.plans.values()
            for t in p.targets
            if t.indicator == same and t is not target
        ],
    }


def _told(reading: Any, year: int, actor: Actor) -> tuple[dict[str, Any], tuple[int, int]]:
    """What was measured, published, reported and closed of an indicator, and (fen, contracts) signed
    and not yet registered, which is told to those who work here: asked at once.
    """
    name, staff = reading.indicator.id, is_staff(actor)
    moved = measurements(name, year)
    moved = moved.none() if reading.kind == "sum" else moved[:20] if staff else moved
    waits = staff and reading.indicator.measure == TURNOVER
    history, published, reported, closed, signed = together(
        moved,
        bulletins_visible_to(actor).filter(indicator=name)[:40],
        figures_visible_to(actor).filter(indicator=name)[:20],
        closings(name)[:6],
        turnover_signed(reading.day) if waits else bulletins_visible_to(actor).none(),
    )
    fen, count = signed[0] if signed else (0, 0)
    told = {
        "history": history if staff else public_history(history),
        "bulletins": published,
        "reported": [(f, _counts(f)) for f in reported],
        "closings": _closings(closed, staff),
    }
    return told, (int(fen or 0), int(count))


def _counts(figure: Any) -> str:
    """Whether a figure of a month is its own or the year's to date, where that is a question."""
    if plan.taken_to_date(figure):
        return "未注明，按年初至今计"
    return str(figure.get_counting_display())


def _records(reading: Any, actor: Any, most: int) -> dict[str, Any]:
    """The records that a value is made of, the latest first, and for staff what a list of others
    says of it.
    """
    table, rows, shown = _rows(reading, actor, most)
    explains = table and is_staff(actor)
    return {
        "table": table,
        "heads": [(c, "", "") for c in table.columns] if table else [],
        "lines": lines(table, rows) if table else [],
        "hidden": max(reading.rows - shown, 0) if table else 0,
        "more": max(shown - most, 0),
        "seen": shown,
        "all_rows": most == _SHOWN,
        "explained": plan.comparing.explaining(reading.indicator, reading.year)
        if explains
        else None,
    }


def _rows(reading: Any, actor: Any, most: int) -> tuple[Table | None, list[Any], int]:
    """(their table, the rows this person may see, how many): None when the figure rests on no
    rows to open.
    """
    known = plan.measure_of(reading.indicator)
    if reading.ours is None or known is None or known.records is None:
        return None, [], 0
    name, found = known.records(reading.start, reading.day)
    register = REGISTERS[name]
    mine = register.visible(actor).filter(pk__in=found.order_by().values("pk"))
    return table_of(register, actor), *together(mine[:most], Count(mine))


def _closings(found: list[Any], staff: bool) -> list[tuple[Any, Any, Any]]:
    """Each closed figure, what it would be today (for staff), and which days it counts."""
    now = now_of(found) if staff else [None] * len(found)
    return [(c, n, counts_what(c)) for c, n in zip(found, now, strict=True)]


def target_chart(request: HttpRequest, identity: str) -> HttpResponse:
    """The target's way as a picture; the page holds the same as a table."""
    book, today, chosen = current_book(), clock.today(), plan_in(request)
    year = plan_year(request, chosen)
    target = chosen.target(identity)
    if target is None:
        raise NotFound("target.none")
    reading = plan.reading(book, target, year, today, chosen)
    return _picture(way_chart(reading, way_words()))


def _picture(svg: str) -> HttpResponse:
    response = HttpResponse(svg, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


def _ranks(request: HttpRequest) -> dict[str, Any]:
    """Places of one bulletin day side by side, with rank and sum."""
    book, actor = current_book(), actor_in(request)
    found = list(bulletins_visible_to(actor).order_by("-as_of"))
    titles = {i.id: i for i in book.indicators.values()}
    days: dict[str, list[date]] = {}
    for b in found:
        if b.indicator in titles and b.as_of not in days.setdefault(b.indicator, []):
            days[b.indicator].append(b.as_of)
    indicator = request.GET.get("indicator", "")
    indicator = indicator if indicator in days else next(iter(days), "")
    day = parse_day(request.GET.get("as_of", ""), "as_of")
    chosen = (indicator, day if day in days[indicator] else days[indicator][0]) if days else None
    facts: dict[str, Any] = {
        "options": [(i, titles[i]) for i in days],
        "days": days.get(indicator, []),
        "chosen": chosen,
        "rows": [],
        "mine": plan.place_name(book),
    }
    if chosen is None:
        return facts
    of_it = ((b, kept(b.value)) for b in found if (b.indicator, b.as_of) == chosen)
    rows = [(b.place, value, b) for b, value in of_it if value is not None]
    whole = next((r for r in rows if r[0] in ("天津市", "全市")), None)
    places = sorted((r for r in rows if r is not whole), key=lambda r: -r[1])
    ranked = [(1 + sum(other[1] > r[1] for other in places), *r) for r in places]
    total = sum(r[1] for r in places)
    return facts | {
        "rows": ranked,
        "whole": whole,
        "total": total,
        "short": whole is not None and total != whole[1],
        "indicator": titles[chosen[0]],
    }


def ranks(request: HttpRequest) -> HttpResponse:
    """Districts side by side, so that each sees its rank and the city its sum."""
    return render(request, "public/ranks.html", _ranks(request))


def ranks_chart(request: HttpRequest) -> HttpResponse:
    facts = _ranks(request)
    if not facts["rows"]:
        raise NotFound("bulletin.none")
    return _picture(
        bars_chart(
            [(p, float(v)) for _, p, v, _ in facts["rows"]],
            gettext(facts["indicator"].unit),
            facts["mine"],
        )
    )


def task_page(request: HttpRequest, number: int) -> HttpResponse:
    """One task: its clause, bodies, milestones, the targets it serves."""
    chosen, actor = tasks_in(request), actor_in(request)
    task = chosen.task(number)
    if task is None:
        raise NotFound("task.none")
    return render(request, "public/task.html", task_facts(chosen, task, actor))


def task_facts(chosen: Plan, task: Any, actor: Any) -> dict[str, Any]:
    """What the page of a task shows to everybody."""
    book = current_book()
    file = task_files(chosen.id).get(task.number)
    return {
        "plan": chosen,
        "task": task,
        "file": file,
        "duties": [d for d in duties(chosen.id) if d.task == task.number],
        "marks": milestones(chosen.id).filter(task=task.number),
        "serves": chosen.serving(task.number),
        "book": book,
        "after": [t for t in chosen.tasks if t.number in task.after],
        "before": [t for t in chosen.tasks if task.number in t.after],
        "staff": is_staff(actor),
    }
