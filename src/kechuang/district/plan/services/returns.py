"""Monthly returns: asked by a link, prefilled with what is known, reminded, escalated by working
days, reviewed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kechuang.book.schemas import Book, Plan
from kechuang.district.accounts.queries import users_with_role
from kechuang.district.accounts.services import write_letter
from kechuang.district.core import clock, ledger, links
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.plan.models import (
    ESCALATIONS,
    RETURN_LIGHTS,
    TOLD_HOW,
    Duty,
    Milestone,
    MonthlyReturn,
    TaskFile,
)
from kechuang.district.plan.queries import return_by_nonce
from kechuang.district.plan.workflow import RETURNS
from kechuang.engines.base.errors import Invalid, InvalidForm, NotFound, WrongState
from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import Workdays
from kechuang.engines.text import normalise, without_controls

from .proofs import Proof, keep_proofs
from .readings import Reading, readings

_SALT = "kechuang.return"
FIELDS = ("progress", "trouble", "help_needed", "next_step", "light")


def workdays(book: Book) -> Workdays:
    c = book.calendar
    return Workdays(c.holidays, c.worked, c.known_until)


def token_of(thing: MonthlyReturn) -> str:
    """What the body's link carries."""
    return links.seal(_SALT, thing.pk, thing.nonce)


def open_token(token: str) -> tuple[MonthlyReturn, Actor]:
    """The return behind a link, and the body as an actor.

    Raises:
        NotFound: The link is broken, or the task has another body now.
    """
    found = links.unseal(_SALT, token)
    thing = return_by_nonce(*found) if found else None
    if thing is None:
        raise NotFound("return.link_broken")
    duty = Duty.objects.filter(plan=thing.plan, task=thing.task, body=thing.body).first()
    if duty is None and thing.state in ("asked", "sent_back"):
        lead = Duty.objects.filter(plan=thing.plan, task=thing.task, role="lead").first()
        whose = Said("return.now_with", body=lead.body) if lead else Said("return.with_nobody")
        raise NotFound("return.other_body", task=thing.task, whose=whose, body=thing.body)
    return thing, Actor(0, thing.body, frozenset({f"return:{thing.nonce}"}))


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


def ask_month(book: Book, plan: Plan, month: str, at: datetime, today: date) -> int:
    """Ask every responsible body of every open task once a month; returns how many were asked
    now.
    """
    days, rules = workdays(book), book.supervision
    closed = set(
        TaskFile.objects.filter(plan=plan.id, state="closed").values_list("task", flat=True)
    )
    asked = set(MonthlyReturn.objects.filter(plan=plan.id, month=month).values_list("task", "body"))
    todo = [
        d
        for d in Duty.objects.filter(plan=plan.id)
        if d.task not in closed and (d.task, d.body) not in asked
    ]
    found = readings(book, today.year, today, plan) if todo else []

    def ask(duty: Duty) -> None:
        thing = MonthlyReturn(
            plan=plan.id,
            task=duty.task,
            month=month,
            body=duty.body,
            contact=duty.contact,
            email=duty.email,
            nonce=links.new_nonce(),
            asked_on=today,
            due_on=days.after(today, rules.answer_within),
            known=known_of(plan, duty.task, found, month),
        )
        ask_return(thing, at)
        title = next((t.title for t in plan.tasks if t.number == duty.task), "")
        words = f"请在 {thing.due_on} 前点开链接填报，不用登录。系统已知的情况已经填好。"
        _write(thing, "ask", f"请填报 {month} 进展：{title}", words, at)

    return ledger.each(todo, ask)


def ask_return(thing: MonthlyReturn, at: datetime) -> Entry:
    return begin(
        RETURNS, "ask_return", thing, SYSTEM, at, facts={"month": thing.month, "body": thing.body}
    )


def _write(thing: MonthlyReturn, what: str, subject: str, body: str, at: datetime) -> None:
    write_letter(
        f"return-{what}-{thing.pk}",
        subject,
        f"{thing.contact or thing.body}：\n\n{body}",
        at,
        name=thing.contact or thing.body,
        email=thing.email,
        link=f"/return/{token_of(thing)}/",
    )


def _changes(values: Mapping[str, str]) -> dict[str, str]:
    made = {
        n: normalise(str(values[n]))
        if n == "light"
        else without_controls(str(values[n])).strip()[:8000]
        for n in FIELDS
        if n in values
    }
    if made.get("light") and made["light"] not in dict(RETURN_LIGHTS):
        raise InvalidForm([Invalid("return.light_missing", "light")])
    return made


def save_return(
    thing: MonthlyReturn,
    values: Mapping[str, str],
    actor: Actor,
    at: datetime,
    *,
    version: int | None = None,
    sent: Sequence[Proof] = (),
) -> Entry:
    """Keep what is written so far; nothing is required."""
    changes: dict[str, object] = dict(_changes(values))
    if sent:
        changes["evidence"] = [*thing.evidence, *keep_proofs(sent)]
    return advance(
        RETURNS,
        "save_return",
        thing,
        actor,
        at,
        changes=changes,
        version=thing.version if version is None else version,
    )


def submit_return(
    thing: MonthlyReturn,
    values: Mapping[str, str],
    actor: Actor,
    at: datetime,
    *,
    version: int | None = None,
    sent: Sequence[Proof] = (),
) -> Entry:
    """Hand in: progress, next step and a light are required; trouble without help asked for is
    fine.
    """
    return _hand_in("submit_return", thing, values, actor, at, version, sent, {})


@dataclass(frozen=True)
class Told:
    """How a body's words came to whoever types them: who said it, by what way, on which day."""

    who: str
    how: str
    on: date | None


def fill_return(
    thing: MonthlyReturn,
    values: Mapping[str, str],
    told: Told,
    actor: Actor,
    at: datetime,
    *,
    version: int | None = None,
    sent: Sequence[Proof] = (),
) -> Entry:
    """Hand in for a body what it told; the record and every report say whose hand it was.

    Raises:
        InvalidForm: A field is missing, or who told it, how and when.
    """
    RETURNS.permit("fill_return", thing, actor)
    errors = []
    who = normalise(told.who)[:80]
    if not who:
        errors.append(Invalid("return.told_by_missing", "told_by"))
    if told.how not in TOLD_HOW:
        errors.append(Invalid("return.told_how_missing", "told_how"))
    if told.on is None or not thing.asked_on <= told.on <= clock.day_of(at):
        errors.append(Invalid("return.told_on_missing", "told_on", day=thing.asked_on))
    if errors:
        raise InvalidForm(errors)
    filled = {
        "by": actor.id,
        "label": actor.label,
        "who": who,
        "how": told.how,
        "on": f"{told.on}",
    }
    return _hand_in("fill_return", thing, values, actor, at, version, sent, filled)


def _hand_in(
    step: str,
    thing: MonthlyReturn,
    values: Mapping[str, str],
    actor: Actor,
    at: datetime,
    version: int | None,
    sent: Sequence[Proof],
    filled: Mapping[str, object],
) -> Entry:
    changes: dict[str, object] = dict(_changes(values))
    labels = {"progress": "本月进展", "next_step": "下一步", "light": "自评"}
    errors = [
        Invalid("field.missing", name, label=label)
        for name, label in labels.items()
        if not (changes.get(name) or getattr(thing, name))
    ]
    if errors:
        raise InvalidForm(errors)
    if sent:
        changes["evidence"] = [*thing.evidence, *keep_proofs(sent)]
    return advance(
        RETURNS,
        step,
        thing,
        actor,
        at,
        changes={**changes, "submitted_at": at, "filled": dict(filled)},
        facts={"filled": dict(filled)} if filled else None,
        version=thing.version if version is None else version,
    )


def accept_return(thing: MonthlyReturn, actor: Actor, at: datetime, light: str = "") -> Entry:
    """Take it over, with the reviewer's own light beside the body's."""
    if light and light not in dict(RETURN_LIGHTS):
        raise Invalid("return.light_missing", "light")
    return advance(
        RETURNS,
        "accept_return",
        thing,
        actor,
        at,
        changes={"checked_light": light or thing.light},
        facts={"light": light},
    )


def send_back_return(thing: MonthlyReturn, actor: Actor, at: datetime, why: str) -> Entry:
    with ledger.writing():
        entry = advance(RETURNS, "send_back_return", thing, actor, at, why=why)
        _write(thing, f"back-{entry.pk}", "请补充填报", why, at)
    return entry


def cancel_return(thing: MonthlyReturn, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(RETURNS, "cancel_return", thing, actor, at, why=why)


def remind_return(thing: MonthlyReturn, late: int, at: datetime) -> Entry:
    with ledger.writing():
        _write(
            thing,
            f"remind-{late}",
            f"催办：{thing.month} 填报已逾期",
            f"期限是 {thing.due_on}，已过 {late} 个工作日。点开链接就能填。",
            at,
        )
        changes = {"reminded": sorted({*thing.reminded, late})}
        return advance(
            RETURNS, "remind_return", thing, SYSTEM, at, changes=changes, facts={"late": late}
        )


def escalate_return(thing: MonthlyReturn, level: int, late: int, at: datetime) -> Entry:
    """Silence becomes visible: a slip to the body, and the level on the supervision page."""
    words = ESCALATIONS.get(level, f"{level} 级督办")
    with ledger.writing():
        _write(
            thing,
            f"escalate-{level}",
            f"{words}：请尽快填报",
            f"期限是 {thing.due_on}，已逾期 {late} 个工作日，已{words}。",
            at,
        )
        return advance(
            RETURNS,
            "escalate_return",
            thing,
            SYSTEM,
            at,
            changes={"level": level},
            facts={"late": late, "level": level},
        )


def follow_up(book: Book, at: datetime, today: date) -> int:
    """Remind and escalate by working days after the due day; returns how many returns were
    followed up.
    """
    days, rules = workdays(book), book.supervision
    raised: list[MonthlyReturn] = []

    def dues(thing: MonthlyReturn) -> tuple[int, list[int], int]:
        late = days.between(thing.due_on, today)
        reminders = [d for d in rules.remind_after if d <= late and d not in thing.reminded]
        return late, reminders, sum(d <= late for d in rules.escalate_after)

    def follow(thing: MonthlyReturn) -> None:
        late, reminders, level = dues(thing)
        if reminders:
            remind_return(thing, reminders[-1], at)
        if level > thing.level:
            escalate_return(thing, level, late, at)
            raised.append(thing)

    silent = MonthlyReturn.objects.filter(state__in=("asked", "sent_back"), due_on__lt=today)
    todo = [t for t in silent if dues(t)[1] or dues(t)[2] > t.level]
    done = ledger.each(todo, follow)
    if raised:
        _tell_office(raised, at, today)
    return done


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


def must_be_open(thing: MonthlyReturn) -> None:
    if thing.state not in ("asked", "sent_back"):
        raise WrongState("return.handed_in")
