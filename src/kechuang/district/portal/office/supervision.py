"""Returns of the responsible bodies: the list, one return, the page behind a body's link."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.book.schemas import Book
from kechuang.district.accounts.queries import contact_of, letters_to_body
from kechuang.district.core import clock, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.plan.models import ESCALATIONS, RETURN_LIGHTS, TOLD_HOW, MonthlyReturn
from kechuang.district.plan.queries import returns_of_body, returns_visible_to
from kechuang.district.plan.services import asking, owed, returns
from kechuang.district.portal.by_link import by_link
from kechuang.district.portal.components.tables import Column, Filter, Table, show
from kechuang.district.portal.public.plans import tasks_in
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
            Column("来源", lambda r: gettext("代填") if r.filled else "", minor=True),
            Column("督办", lambda r: gettext(ESCALATIONS.get(r.level, "")), "level", minor=True),
            Column("自评", lambda r: gettext(dict(RETURN_LIGHTS).get(r.light, "")), minor=True),
            Column("需协调", lambda r: r.help_needed[:40], minor=True),
        ],
        link=lambda r: reverse("return", args=[r.pk]),
        filters=[
            Filter("month", "月份", [(m, m) for m in months], lambda q, v: q.filter(month=v)),
            Filter("state", "状态", list(RETURNS.states.items()), lambda q, v: q.filter(state=v)),
            Filter(
                "late",
                "范围",
                [("1", "逾期未报"), ("2", "已督办")],
                lambda q, v: (
                    q.filter(level__gt=0)
                    if v == "2"
                    else q.filter(state__in=("asked", "sent_back"), due_on__lt=today)
                ),
            ),
        ],
        search=lambda q, words: q.filter(body__contains=words) | q.filter(progress__contains=words),
        hint="单位或进展中的词",
        actions=[(reverse("contacts"), "联系人"), (reverse("tasks"), "任务")],
        empty="还没有发出填报。到了每月的发出日，或在任务立项之后，系统会自动发出。",
    )
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
    chosen, today = tasks_in(request), clock.today()
    count = asking.ask_month(current_book(), [chosen], f"{today:%Y-%m}", clock.now(), today)
    messages.success(request, gettext("已发出填报：") + str(count))
    return redirect("returns")


@for_roles(*OFFICE)
def return_page(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    thing = one(returns_visible_to(actor), pk)
    chosen = current_book().plan_of(thing.plan)
    facts = {
        "thing": thing,
        "task": chosen.task(thing.task) if chosen else None,
        "states": RETURNS.states,
        "steps": RETURNS.open_steps(thing, actor),
        "lights": RETURN_LIGHTS,
        "history": ledger.history("plan.return", thing.pk),
        "fills": thing.state in ("asked", "sent_back")
        and bool(RETURNS.step("fill_return").permission(actor, thing)),
        "contact": contact_of(thing.body, owed.PURPOSE),
        "letters": letters_to_body(thing.body)[:6],
        "level": ESCALATIONS.get(thing.level, ""),
        "light_words": dict(RETURN_LIGHTS),
        "plan": chosen,
    }
    return render(request, "office/return.html", facts)


@require_POST
@for_roles("officer", "approver")
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
        raise NotFound("step.none")
    return redirect("return", pk)


@require_POST
@for_roles("officer")
def write_again(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter once more, to the contact as it is known now."""
    actor = actor_in(request)
    owed.write_again(one(returns_visible_to(actor), pk).body, actor, clock.now())
    messages.success(request, gettext("信已重新发出"))
    return redirect("return", pk)


@by_link
def owed_page(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a body's link: all that it owes, and what it handed in lately."""
    body, _ = owed.open_link(token, clock.now())
    waiting = owed.owed(body)
    lately = returns_of_body(body).filter(state__in=("submitted", "accepted"))[:20]
    book = current_book()
    facts = {
        "body": body,
        "token": token,
        "waiting": [(r, *_task_of(book, r), RETURNS.states[r.state]) for r in waiting],
        "lately": [(r, *_task_of(book, r), RETURNS.states[r.state]) for r in lately],
    }
    return render(request, "public/owed.html", facts)


def _task_of(book: Book, thing: MonthlyReturn) -> tuple[Any, Any]:
    """Plan and task of a return, as far as the book knows them."""
    chosen = book.plan_of(thing.plan)
    return chosen, chosen.task(thing.task) if chosen else None


@by_link
def answer_return(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """One of the returns behind a body's link."""
    body, actor = owed.open_link(token, clock.now())
    return _fill(request, owed.one_owed(body, pk), actor, token)


def _fill(
    request: HttpRequest, thing: MonthlyReturn, actor: Actor, token: str = ""
) -> HttpResponse:
    """Prefilled, kept half-done, handed in; nothing is lost when two people write at once."""
    errors: list[Invalid] = []
    given = {n: getattr(thing, n) for n in returns.FIELDS}
    theirs = None
    if request.method == "POST":
        returns.must_be_open(thing)
        given = {n: request.POST.get(n, "") for n in returns.FIELDS}
        version = parse_whole(request.POST.get("version", "")) or 0
        if version != thing.version:
            theirs = {n: getattr(thing, n) for n in returns.FIELDS if getattr(thing, n) != given[n]}
            errors = [Invalid("return.changed_meanwhile")]
        elif _save(request, thing, actor, given, version, errors):
            return redirect(request.path)
    chosen, task = _task_of(current_book(), thing)
    facts = {
        "thing": thing,
        "task": task,
        "given": given,
        "theirs": theirs,
        "errors": errors,
        "lights": RETURN_LIGHTS,
        "open": thing.state in ("asked", "sent_back"),
        "state": RETURNS.states[thing.state],
        "plan": chosen,
        "why": _sent_back_why(thing),
        "token": token,
    }
    status = (409 if theirs is not None else 422) if errors else 200
    return render(request, "public/answer_return.html", facts, status=status)


def _sent_back_why(thing: MonthlyReturn) -> str:
    told = ledger.history("plan.return", thing.pk).filter(kind__endswith=".send_back_return")
    return told.order_by("-id").values_list("why", flat=True).first() or ""


def _save(
    request: HttpRequest,
    thing: MonthlyReturn,
    actor: Actor,
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


@for_roles("officer")
def fill_return(request: HttpRequest, pk: int) -> HttpResponse:
    """What a body told an officer, typed for it, with who told it, how and when."""
    actor = actor_in(request)
    thing = one(returns_visible_to(actor), pk)
    RETURNS.permit("fill_return", thing, actor)
    errors: list[Invalid] = []
    told = {n: request.POST.get(n, "") for n in ("told_by", "told_how", "told_on")}
    given = {n: request.POST.get(n, getattr(thing, n)) for n in returns.FIELDS}
    if request.method == "POST":
        try:
            _filled_in(request, thing, given, told)
        except Invalid as e:
            errors = list(getattr(e, "errors", [e]))
        else:
            messages.success(request, gettext("已代为填报，等同事审阅"))
            return redirect("return", pk)
    chosen = current_book().plan_of(thing.plan)
    facts = {
        "thing": thing,
        "task": chosen.task(thing.task) if chosen else None,
        "plan": chosen,
        "given": given,
        "told": told,
        "hows": TOLD_HOW,
        "errors": errors,
        "lights": RETURN_LIGHTS,
    }
    return render(request, "office/fill_return.html", facts, status=422 if errors else 200)


def _filled_in(
    request: HttpRequest, thing: MonthlyReturn, given: dict[str, str], told: dict[str, str]
) -> None:
    version = parse_whole(request.POST.get("version", "")) or 0
    words = returns.Told(told["told_by"], told["told_how"], parse_day(told["told_on"], "told_on"))
    returns.fill_return(
        thing, given, words, actor_in(request), clock.now(), version=version, sent=proofs(request)
    )
