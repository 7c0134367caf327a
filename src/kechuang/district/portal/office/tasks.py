"""Tasks as list, board and time line; the task's own page for officers: duties, milestones,
proofs, steps.
"""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.book.schemas import Plan
from kechuang.district.accounts.queries import contacts
from kechuang.district.core import clock, files, ledger
from kechuang.district.core.books import current_book
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.plan.queries import duties, returns_visible_to, task_files
from kechuang.district.plan.queries import milestones as kept_milestones
from kechuang.district.plan.services import milestones, owed, tasks
from kechuang.district.portal.components.downloads import download
from kechuang.district.portal.public.plans import task_facts, tasks_in
from kechuang.district.portal.reports.gantt import Mark, Row, TimeLine, time_line
from kechuang.district.portal.requests import actor_in, for_roles, one
from kechuang.district.portal.sayings import titled
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid, NotFound
from kechuang.engines.base.numbers import parse_whole

OFFICE = ("officer", "approver", "auditor")
RETURNS, TASKS, MILESTONES = (
    WORKFLOWS["plan.return"],
    WORKFLOWS["plan.task"],
    WORKFLOWS["plan.milestone"],
)
_WHY = {
    "ask_closing",
    "refuse_closing",
    "reopen_task",
    "drop_milestone",
    "send_back_return",
    "cancel_return",
}


def proofs(request: HttpRequest, name: str = "proof") -> list[tuple[str, bytes]]:
    """The files sent with a form."""
    return [(f.name or name, f.read()) for f in request.FILES.getlist(name) if f.size]


@for_roles(*OFFICE)
def task_list(request: HttpRequest) -> HttpResponse:
    """All tasks: ?view=list, board or time."""
    chosen, today = tasks_in(request), clock.today()
    held, marks = task_files(chosen.id), list(kept_milestones(chosen.id))
    leads = {d.task: d.body for d in duties(chosen.id) if d.role == "lead"}
    last: dict[int, Any] = {}
    for r in (
        returns_visible_to(actor_in(request)).filter(plan=chosen.id).exclude(state="cancelled")
    ):
        last.setdefault(r.task, r)
    rows = []
    for task in chosen.tasks:
        own = [m for m in marks if m.task == task.number]
        late = [m for m in own if m.state == "open" and m.due < today]
        file, said = held.get(task.number), last.get(task.number)
        rows.append(
            {
                "task": task,
                "file": file,
                "lead": leads.get(task.number, task.lead),
                "marks": own,
                "late": late,
                "said": said,
                "lane": _lane(file, late, said, today),
                "next": next((m for m in own if m.state == "open"), None),
            }
        )
    view = request.GET.get("view", "list")
    facts = {
        "plan": chosen,
        "plans": current_book().plans.values(),
        "rows": rows,
        "view": view if view in ("list", "board", "time") else "list",
        "today": today,
        "lanes": [(k, w, [r for r in rows if r["lane"] == k]) for k, w in _LANES.items()],
        "line": _time_line(rows, today, chosen.id) if view == "time" else None,
        "states": TASKS.states,
        "returns": RETURNS.states,
        "opened": bool(held),
        "can_keep": actor_in(request).has("officer"),
    }
    return render(request, "office/tasks.html", facts)


_LANES = {
    "late": "逾期",
    "silent": "未填报",
    "going": "在办",
    "asked": "待销号",
    "closed": "已销号",
    "new": "未立项",
}


def _lane(file: Any, late: list[Any], said: Any, today: date) -> str:
    if file is None:
        return "new"
    if file.state in ("closed", "asked"):
        return str(file.state)
    if late:
        return "late"
    silent = said is not None and said.state in ("asked", "sent_back") and said.due_on < today
    return "silent" if silent else "going"


def _time_line(rows: list[dict[str, Any]], today: date, plan: str) -> TimeLine:
    tasks_ = [
        Row(
            r["task"].number,
            f"{r['task'].number} {titled(r['task'])}",
            f"{reverse('task-desk', args=[r['task'].number])}?plan={plan}",
            r["task"].after,
        )
        for r in rows
    ]
    marks = [
        Mark(m.pk, m.task, m.title, m.due, m.state, m in r["late"], tuple(m.after))
        for r in rows
        for m in r["marks"]
    ]
    return time_line(tasks_, marks, today)


@require_POST
@for_roles("officer")
def set_up(request: HttpRequest) -> HttpResponse:
    count = tasks.set_up(tasks_in(request), clock.now())
    messages.success(request, gettext("已立项：") + str(count))
    return redirect(f"{reverse('tasks')}?{request.GET.urlencode()}")


@for_roles(*OFFICE)
def task_desk(request: HttpRequest, number: int) -> HttpResponse:
    """The task for those who follow it up: duties, milestones, returns, proofs, steps."""
    chosen, actor = tasks_in(request), actor_in(request)
    task = chosen.task(number)
    if task is None:
        raise NotFound("task.none")
    facts = task_facts(chosen, task, actor)
    file = facts["file"]
    facts |= {
        "steps": TASKS.open_steps(file, actor) if file else [],
        "needs_why": _WHY,
        "states": TASKS.states,
        "can_keep": actor.has("officer"),
        "history": ledger.history("plan.task", file.pk) if file else [],
        "contacts": {c.body: c for c in contacts(owed.PURPOSE)},
        "today": clock.today(),
        "return_states": RETURNS.states,
        "returns": returns_visible_to(actor).filter(plan=chosen.id, task=number)[:24],
        "mark_states": MILESTONES.states,
        "all_marks": {m.pk: m for m in kept_milestones(chosen.id)},
    }
    return render(request, "office/task.html", facts)


@require_POST
@for_roles("officer", "approver")
def task_act(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """Everything that is done on a task's page."""
    chosen = tasks_in(request)
    if what in _BODY_ACTS:
        _BODY_ACTS[what](request, chosen, number)
    else:
        _file_act(request, chosen, number, what)
    messages.success(request, gettext("已保存"))
    return redirect(f"{reverse('task-desk', args=[number])}?plan={chosen.id}")


def _duty(request: HttpRequest, chosen: Plan, number: int) -> None:
    body, role, contact, email = (
        request.POST.get(n, "") for n in ("body", "role", "contact", "email")
    )
    tasks.set_duty(chosen, number, body, role, contact, email, actor_in(request), clock.now())


def _remove_duty(request: HttpRequest, chosen: Plan, number: int) -> None:
    duty = one(duties(chosen.id).filter(task=number), request.POST.get("duty", ""))
    tasks.remove_duty(duty, actor_in(request), clock.now())


def _add_milestone(request: HttpRequest, chosen: Plan, number: int) -> None:
    due = parse_day(request.POST.get("due", ""), "due")
    title = request.POST.get("title", "")
    milestones.add_milestone(
        chosen, number, title, due, actor_in(request), clock.now(), _after(request)
    )


def _after(request: HttpRequest) -> list[int]:
    return [n for v in request.POST.getlist("after") if (n := parse_whole(v))]


_BODY_ACTS = {"duty": _duty, "remove_duty": _remove_duty, "milestone": _add_milestone}
_WITH_WHY = {
    "ask_closing": tasks.ask_closing,
    "refuse_closing": tasks.refuse_closing,
    "reopen_task": tasks.reopen_task,
}


def _file_act(request: HttpRequest, chosen: Plan, number: int, what: str) -> None:
    actor, now, why = actor_in(request), clock.now(), request.POST.get("why", "").strip()
    file = task_files(chosen.id).get(number)
    if what in ("reach_milestone", "drop_milestone", "move_milestone", "order_milestone"):
        own = kept_milestones(chosen.id).filter(task=number)
        _milestone(request, one(own, request.POST.get("milestone", "")), what, why)
    elif what == "open_task" and file is None:
        tasks.open_task(chosen, number, actor, now)
    elif file is None:
        raise Invalid("task.set_up_first", "task")
    elif what == "proof":
        tasks.add_proof(file, proofs(request), actor, now, why)
    elif what in _WITH_WHY:
        _WITH_WHY[what](file, actor, now, why)
    elif what == "close_task":
        tasks.close_task(file, actor, now)
    else:
        raise NotFound("step.none")


def _milestone(request: HttpRequest, mark: Any, what: str, why: str) -> None:
    actor, now = actor_in(request), clock.now()
    if what == "order_milestone":
        milestones.order_milestone(mark, _after(request), actor, now)
        return
    day = parse_day(request.POST.get("day", ""), "day")
    if what == "drop_milestone":
        milestones.drop_milestone(mark, actor, now, why)
    elif day is None:
        raise Invalid("day.missing", "day")
    elif what == "reach_milestone":
        milestones.reach_milestone(mark, day, actor, now, proofs(request))
    else:
        milestones.move_milestone(mark, day, actor, now, why)


def _own_files(found: list[Any]) -> dict[str, str]:
    """Digest → name of every file that stands behind these records."""
    return {digest: name for thing in found for digest, name in thing.evidence}


@for_roles(*OFFICE)
def proof(request: HttpRequest, digest: str) -> HttpResponse:
    """A proof of a task, a milestone or a return."""
    chosen = tasks_in(request)
    known = [
        *task_files(chosen.id).values(),
        *kept_milestones(chosen.id),
        *returns_visible_to(actor_in(request)).filter(plan=chosen.id).exclude(evidence=[]),
    ]
    names = _own_files(known)
    if digest not in names:
        raise NotFound("file.none")
    return download(files.fetch(digest), names[digest])
