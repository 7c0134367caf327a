"""Tasks as list, board and time line; returns; supervision; the task's own page for officers."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.book.schemas import Plan
from kechuang.district.core import clock, files, ledger
from kechuang.district.core.books import current_book
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.plan.models import ESCALATIONS, RETURN_LIGHTS
from kechuang.district.plan.queries import duties, milestones, returns_visible_to, task_files
from kechuang.district.plan.services import returns, tasks
from kechuang.district.portal.components.downloads import download
from kechuang.district.portal.components.tables import Column, Filter, Table, show
from kechuang.district.portal.public.plans import plan_in, task_facts
from kechuang.district.portal.requests import actor_in, for_roles, one
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
    chosen, today = plan_in(request), clock.today()
    held, marks = task_files(chosen.id), list(milestones(chosen.id))
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
        rows.append({
            "task": task, "file": file, "lead": leads.get(task.number, task.lead), "marks": own, "late": late, "said": said,
            "lane": _lane(file, late, said, today), "next": next((m for m in own if m.state == "open"), None),
        })  # fmt: skip
    view = request.GET.get("view", "list")
    facts = {
        "plan": chosen, "plans": current_book().plans.values(), "rows": rows, "view": view if view in ("list", "board", "time") else "list", "today": today,
        "lanes": [(k, w, [r for r in rows if r["lane"] == k]) for k, w in _LANES.items()], "quarters": _quarters(chosen, marks, today), "states": TASKS.states,
        "returns": RETURNS.states, "opened": bool(held), "can_keep": actor_in(request).has("officer"),
    }  # fmt: skip
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


def _quarters(chosen: Plan, marks: list[Any], today: date) -> list[tuple[str, date, date]]:
    """The quarters that the time line spans: the plan's, and on to the last milestone or today."""
    end = max([today, *(m.due for m in marks)])
    first_day = min([today, *(m.due for m in marks if (today - m.due).days < 730)])
    year, quarter, found = first_day.year, (first_day.month + 2) // 3, []
    if (end.year - year) * 4 > 12:
        end = date(year + 3, 12, 31)
    while (year, quarter) <= (end.year, (end.month + 2) // 3):
        first = date(year, 3 * quarter - 2, 1)
        after = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
        found.append((f"{year % 100}Q{quarter}", first, after))
        year, quarter = year + quarter // 4, quarter % 4 + 1
    return found


@require_POST
@for_roles("officer")
def set_up(request: HttpRequest) -> HttpResponse:
    count = tasks.set_up(plan_in(request), clock.now())
    messages.success(request, gettext("已立项：") + str(count))
    return redirect(f"{reverse('tasks')}?{request.GET.urlencode()}")


@for_roles(*OFFICE)
def task_desk(request: HttpRequest, number: int) -> HttpResponse:
    """The task for those who follow it up: duties, milestones, returns, proofs, steps."""
    chosen, actor = plan_in(request), actor_in(request)
    task = chosen.task(number)
    if task is None:
        raise NotFound("计划里没有这项任务。")
    facts = task_facts(chosen, task, actor)
    file = facts["file"]
    facts |= {
        "steps": TASKS.open_steps(file, actor) if file else [], "needs_why": _WHY, "states": TASKS.states, "can_keep": actor.has("officer"),
        "history": ledger.history("plan.task", file.pk) if file else [], "today": clock.today(), "return_states": RETURNS.states,
        "returns": returns_visible_to(actor).filter(plan=chosen.id, task=number)[:24], "mark_states": MILESTONES.states,
    }  # fmt: skip
    return render(request, "office/task.html", facts)


@require_POST
@for_roles("officer", "approver")
def task_act(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """Everything that is done on a task's page."""
    chosen = plan_in(request)
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
    tasks.add_milestone(chosen, number, title, due, actor_in(request), clock.now())


_BODY_ACTS = {"duty": _duty, "remove_duty": _remove_duty, "milestone": _add_milestone}
_WITH_WHY = {
    "ask_closing": tasks.ask_closing, "refuse_closing": tasks.refuse_closing, "reopen_task": tasks.reopen_task,
}  # fmt: skip


def _file_act(request: HttpRequest, chosen: Plan, number: int, what: str) -> None:
    actor, now, why = actor_in(request), clock.now(), request.POST.get("why", "").strip()
    file = task_files(chosen.id).get(number)
    if what in ("reach_milestone", "drop_milestone", "move_milestone"):
        own = milestones(chosen.id).filter(task=number)
        _milestone(request, one(own, request.POST.get("milestone", "")), what, why)
    elif what == "open_task" and file is None:
        tasks.open_task(chosen, number, actor, now)
    elif file is None:
        raise Invalid("请先立项", "task")
    elif what == "proof":
        tasks.add_proof(file, proofs(request), actor, now, why)
    elif what in _WITH_WHY:
        _WITH_WHY[what](file, actor, now, why)
    elif what == "close_task":
        tasks.close_task(file, actor, now)
    else:
        raise NotFound("没有这个步骤。")


def _milestone(request: HttpRequest, mark: Any, what: str, why: str) -> None:
    actor, now = actor_in(request), clock.now()
    day = parse_day(request.POST.get("day", ""), "day")
    if what == "drop_milestone":
        tasks.drop_milestone(mark, actor, now, why)
    elif day is None:
        raise Invalid("请填写日期", "day")
    elif what == "reach_milestone":
        tasks.reach_milestone(mark, day, actor, now, proofs(request))
    else:
        tasks.move_milestone(mark, day, actor, now, why)


def _own_files(found: list[Any]) -> dict[str, str]:
    """Digest → name of every file that stands behind these records."""
    return {digest: name for thing in found for digest, name in thing.evidence}


@for_roles(*OFFICE)
def proof(request: HttpRequest, digest: str) -> HttpResponse:
    """A proof of a task, a milestone or a return."""
    chosen = plan_in(request)
    known = [
        *task_files(chosen.id).values(),
        *milestones(chosen.id),
        *returns_visible_to(actor_in(request)).filter(plan=chosen.id).exclude(evidence=[]),
    ]
    names = _own_files(known)
    if digest not in names:
        raise NotFound("没有这个文件，或者它不对您开放。")
    return download(files.fetch(digest), names[digest])


@for_roles(*OFFICE)
def return_list(request: HttpRequest) -> HttpResponse:
    """Returns of all months; silence first. Nobody is ranked."""
    today = clock.today()
    months = sorted(
        returns_visible_to(actor_in(request)).order_by().values_list("month", flat=True).distinct(),
        reverse=True,
    )
    table = Table(
        title="任务填报",
        columns=[
            Column("月份", lambda r: r.month, "month", number=True),
            Column("任务", lambda r: r.task, "task", number=True),
            Column("单位", lambda r: r.body, "body"),
            Column("期限", lambda r: r.due_on.isoformat(), "due_on", number=True),
            Column("状态", lambda r: _state(r, today), "state"),
            Column("督办", lambda r: gettext(ESCALATIONS.get(r.level, "")), "level", minor=True),
            Column("自评", lambda r: gettext(dict(RETURN_LIGHTS).get(r.light, "")), minor=True),
            Column("需协调", lambda r: r.help_needed[:40], minor=True),
        ],
        link=lambda r: reverse("return", args=[r.pk]),
        filters=[
            Filter("month", "月份", [(m, m) for m in months], lambda q, v: q.filter(month=v)),
            Filter("state", "状态", list(RETURNS.states.items()), lambda q, v: q.filter(state=v)),
            Filter("late", "范围", [("1", "逾期未报"), ("2", "已督办")], lambda q, v: q.filter(level__gt=0) if v == "2" else q.filter(state__in=("asked", "sent_back"), due_on__lt=today)),
        ],
        search=lambda q, words: q.filter(body__contains=words) | q.filter(progress__contains=words), hint="单位或进展中的词",
        actions=[(reverse("tasks"), "任务")], empty="还没有发出填报。到了每月的发出日，或在任务立项之后，系统会自动发出。",
    )  # fmt: skip
    return show(request, table, returns_visible_to(actor_in(request)))


def _state(thing: Any, today: date) -> Any:
    late = thing.state in ("asked", "sent_back") and thing.due_on < today
    words = gettext(RETURNS.states[thing.state]) + (f" · {gettext('逾期未报')}" if late else "")
    return format_html(
        '<span class="state state-{}">{}</span>', "declined" if late else thing.state, words
    )


@require_POST
@for_roles("officer")
def ask_now(request: HttpRequest) -> HttpResponse:
    """Ask for this month's returns before their day."""
    chosen, today = plan_in(request), clock.today()
    count = returns.ask_month(current_book(), chosen, f"{today:%Y-%m}", clock.now(), today)
    messages.success(request, gettext("已发出填报：") + str(count))
    return redirect("returns")


@for_roles(*OFFICE)
def return_page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    thing = one(returns_visible_to(actor), pk)
    chosen = current_book().plan_of(thing.plan)
    facts = {
        "thing": thing, "task": chosen.task(thing.task) if chosen else None, "states": RETURNS.states, "steps": RETURNS.open_steps(thing, actor),
        "lights": RETURN_LIGHTS, "history": ledger.history("plan.return", thing.pk), "link": f"/return/{returns.token_of(thing)}/" if actor.has("officer") else "",
        "level": ESCALATIONS.get(thing.level, ""), "light_words": dict(RETURN_LIGHTS), "plan": chosen,
    }  # fmt: skip
    return render(request, "office/return.html", facts)


@require_POST
@for_roles("officer")
def return_act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    actor, now, why = actor_in(request), clock.now(), request.POST.get("why", "").strip()
    thing = one(returns_visible_to(actor), pk)
    if what == "accept_return":
        returns.accept_return(thing, actor, now, request.POST.get("light", ""))
    elif what in ("send_back_return", "cancel_return"):
        {"send_back_return": returns.send_back_return, "cancel_return": returns.cancel_return}[
            what
        ](thing, actor, now, why)
    else:
        raise NotFound("没有这个步骤。")
    return redirect("return", pk)


def answer_return(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a body's link: prefilled, kept half-done, handed in; nothing is lost when two people write at once."""
    thing, actor = returns.open_token(token)
    errors: list[Invalid] = []
    given = {n: getattr(thing, n) for n in returns.FIELDS}
    theirs = None
    if request.method == "POST":
        returns.must_be_open(thing)
        given = {n: request.POST.get(n, "") for n in returns.FIELDS}
        version = parse_whole(request.POST.get("version", "")) or 0
        if version != thing.version:
            theirs = {n: getattr(thing, n) for n in returns.FIELDS if getattr(thing, n) != given[n]}
            errors = [
                Invalid(
                    "您打开之后，另一个人改过这份填报。下面是您写的，旁边是对方写的；核对后再提交一次即可。"
                )
            ]
        else:
            saved = _save(request, thing, actor, given, version, errors)
            if saved:
                return redirect("answer-return", token)
    chosen = current_book().plan_of(thing.plan)
    facts = {
        "thing": thing, "task": chosen.task(thing.task) if chosen else None, "given": given, "theirs": theirs, "errors": errors, "lights": RETURN_LIGHTS,
        "open": thing.state in ("asked", "sent_back"), "state": RETURNS.states[thing.state], "plan": chosen,
        "why": next((e.why for e in ledger.history("plan.return", thing.pk).order_by("-id") if e.kind.endswith("send_back_return")), ""),
    }  # fmt: skip
    response = render(
        request,
        "public/answer_return.html",
        facts,
        status=(409 if theirs is not None else 422) if errors else 200,
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _save(
    request: HttpRequest,
    thing: Any,
    actor: Any,
    given: dict[str, str],
    version: int,
    errors: list[Invalid],
) -> bool:
    keep = returns.submit_return if "submit" in request.POST else returns.save_return
    try:
        keep(thing, given, actor, clock.now(), version=version, sent=proofs(request))
    except Invalid as e:
        errors += getattr(e, "errors", [e])
        return False
    messages.success(
        request,
        gettext("已提交，谢谢")
        if keep is returns.submit_return
        else gettext("已保存，可以稍后再填"),
    )
    return True
