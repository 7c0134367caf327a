"""The month's asking and what follows silence: reminders and escalation by working days, one
letter for all that a body owes.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from kechuang.book.schemas import Book, Plan
from kechuang.district.accounts.queries import users_with_role
from kechuang.district.accounts.services import write_letter
from kechuang.district.core import ledger
from kechuang.district.plan.models import ESCALATIONS, Duty, Milestone, MonthlyReturn, TaskFile
from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import Workdays

from .owed import line_of, owed, write_to_body
from .readings import Reading, readings
from .returns import ask_return, escalate_return, remind_return


def workdays(book: Book) -> Workdays:
    c = book.calendar
    return Workdays(c.holidays, c.worked, c.known_until)


def known_of(plan: Plan, number: int, found: Sequence[Reading], month: str) -> str:
    """What the system knows of a task: its targets' values and lights, its milestones."""
    lines = []
    serving = {t.id for t in plan.serving(number)}
    for r in found:
        if r.target.id in serving and r.value is not None:
            how = (
                Said("known.computed", count=r.rows)
                if r.how == "computed"
                else Said("known.published")
            )
            lines.append(
                Said(
                    "known.target",
                    title=r.target.title,
                    value=f"{r.value:f}",
                    unit=r.indicator.unit,
                    as_of=r.as_of,
                    how=how,
                )
            )
    for mark in Milestone.objects.filter(plan=plan.id, task=number).exclude(state="dropped"):
        reached = mark.reached_on
        state = Said("known.reached", day=reached) if reached else Said("known.not_reached")
        lines.append(Said("known.milestone", title=mark.title, due=mark.due, state=state))
    return "\n".join(lines)


def ask_month(book: Book, plans: Sequence[Plan], month: str, at: datetime, today: date) -> int:
    """Ask every responsible body of every open task once a month, by one letter a body; returns
    how many returns were asked now.
    """
    todo: dict[str, list[tuple[Plan, Duty]]] = defaultdict(list)
    for plan in plans:
        for duty in _not_asked(plan, month):
            todo[duty.body].append((plan, duty))
    found = {p.id: readings(book, today.year, today, p) for p in plans} if todo else {}
    due = workdays(book).after(today, book.supervision.answer_within)
    asked: list[int] = []

    def ask(body: str) -> None:
        made = []
        for plan, duty in todo[body]:
            thing = MonthlyReturn(
                plan=plan.id,
                task=duty.task,
                month=month,
                body=body,
                asked_on=today,
                due_on=due,
                known=known_of(plan, duty.task, found[plan.id], month),
            )
            ask_return(thing, at)
            made.append(thing)
        _write_month(made, month, at)
        asked.append(len(made))

    ledger.each(todo, ask)
    return sum(asked)


def _not_asked(plan: Plan, month: str) -> list[Duty]:
    closed = set(
        TaskFile.objects.filter(plan=plan.id, state="closed").values_list("task", flat=True)
    )
    asked = set(MonthlyReturn.objects.filter(plan=plan.id, month=month).values_list("task", "body"))
    return [
        d
        for d in Duty.objects.filter(plan=plan.id)
        if d.task not in closed and (d.task, d.body) not in asked
    ]


def _write_month(made: Sequence[MonthlyReturn], month: str, at: datetime) -> None:
    body, waiting = made[0].body, owed(made[0].body)
    words = f"请在 {made[0].due_on} 前点开链接填报，不用登录。系统已知的情况已经填好。"
    subject = f"请填报 {month} 进展：{len(waiting)} 项任务"
    write_to_body(body, f"ask-{made[0].pk}", subject, words, at, [line_of(r) for r in waiting])


def follow_up(book: Book, at: datetime, today: date) -> int:
    """Remind and escalate by working days after the due day, by one letter a body; returns how
    many returns were followed up.
    """
    days, rules = workdays(book), book.supervision
    raised: list[MonthlyReturn] = []
    followed: list[int] = []

    def dues(thing: MonthlyReturn) -> tuple[int, list[int], int]:
        late = days.between(thing.due_on, today)
        reminders = [d for d in rules.remind_after if d <= late and d not in thing.reminded]
        return late, reminders, sum(d <= late for d in rules.escalate_after)

    def follow(body: str) -> None:
        for thing in silent[body]:
            late, reminders, level = dues(thing)
            if reminders:
                remind_return(thing, reminders[-1], at)
            if level > thing.level:
                escalate_return(thing, level, late, at)
                raised.append(thing)
        _write_late(silent[body], at, today)
        followed.append(len(silent[body]))

    silent: dict[str, list[MonthlyReturn]] = defaultdict(list)
    for thing in MonthlyReturn.objects.filter(state__in=("asked", "sent_back"), due_on__lt=today):
        if dues(thing)[1] or dues(thing)[2] > thing.level:
            silent[thing.body].append(thing)
    ledger.each(silent, follow)
    if raised:
        _tell_office(raised, at, today)
    return sum(followed)


def _write_late(late: Sequence[MonthlyReturn], at: datetime, today: date) -> None:
    """What was reminded of or escalated today, in one letter."""
    worst = max(r.level for r in late)
    words = ESCALATIONS.get(worst, f"{worst} 级督办") if worst else "催办"
    lines = [
        line_of(r) + (f"，已{ESCALATIONS.get(r.level, '督办')}" if r.level else "") for r in late
    ]
    write_to_body(
        late[0].body,
        f"late-{today}",
        f"{words}：{len(late)} 项填报已逾期",
        "下面各项已过期限。点开链接就能填。",
        at,
        lines,
    )


def _tell_office(raised: Sequence[MonthlyReturn], at: datetime, today: date) -> None:
    """One letter a day to each officer, however many bodies are silent."""
    lines = "\n".join(
        f"{r.body}：{r.month}，第 {r.task} 项，期限 {r.due_on}（{ESCALATIONS.get(r.level, '')}）"
        for r in raised[:100]
    )
    for user in users_with_role("officer"):
        write_letter(
            f"escalate-{today}-{user.pk}",
            f"{len(raised)} 份任务填报逾期，已督办",
            lines,
            at,
            user=user,
            link="/returns/?late=2",
        )


def due_day(book: Book, year: int, month: int) -> date:
    """The day of a month on which returns are asked for: the working day on or after the book's
    day.
    """
    return workdays(book).after(date(year, month, min(book.supervision.ask_on, 28)), 0)
