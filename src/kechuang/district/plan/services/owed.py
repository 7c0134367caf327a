"""What a body owes: one contact, one link and one letter for all of it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from kechuang.district.accounts import services as letters
from kechuang.district.accounts.models import Letter, LetterLink
from kechuang.district.accounts.queries import contact_of
from kechuang.district.accounts.services import Opening, write_letter
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.plan.models import Duty, MonthlyReturn
from kechuang.district.plan.permissions import can_keep_tasks
from kechuang.district.plan.queries import returns_of_body
from kechuang.engines.base.errors import NotAllowed, NotFound, WrongState
from kechuang.engines.base.sayings import Said

PURPOSE = "return"
_OPEN = ("asked", "sent_back")


def open_link(token: str, at: datetime) -> tuple[str, Actor]:
    """The body behind a link, by name and as an actor: it answers for its own returns alone.

    Raises:
        NotFound: The link is broken.
        WrongState: It opens no more.
    """
    body = letters.open_link(token, [PURPOSE], at).subject_id
    return body, Actor(0, body, frozenset({f"body:{body}"}))


def owed(body: str) -> list[MonthlyReturn]:
    """The returns that a body has to hand in now, the first due first."""
    theirs = {(d.plan, d.task) for d in Duty.objects.filter(body=body)}
    found = returns_of_body(body).filter(state__in=_OPEN).order_by("due_on", "plan", "task")
    return [r for r in found if (r.plan, r.task) in theirs]


def one_owed(body: str, pk: int) -> MonthlyReturn:
    """One return of a body.

    Raises:
        NotFound: It is not this body's; or the task has another body now.
    """
    thing = returns_of_body(body).filter(pk=pk).first()
    if thing is None:
        raise NotFound("record.none_for_you")
    duties = Duty.objects.filter(plan=thing.plan, task=thing.task)
    if thing.state in _OPEN and not duties.filter(body=body).exists():
        lead = duties.filter(role="lead").first()
        whose = Said("return.now_with", body=lead.body) if lead else Said("return.with_nobody")
        raise NotFound("return.other_body", task=thing.task, whose=whose, body=thing.body)
    return thing


def write_to_body(
    body: str, what: str, subject: str, words: str, at: datetime, told: Sequence[str] = ()
) -> Letter:
    """A letter to the body's contact with the body's own link; ``what`` makes it the only one.

    Args:
        told: What it owes, a line each.
    """
    contact = contact_of(body, PURPOSE)
    name = (contact.name if contact else "") or body
    lines = "\n".join(f"{n}. {line}" for n, line in enumerate(told, 1))
    mark = hashlib.sha256(body.encode()).hexdigest()[:12]
    return write_letter(
        f"return-{what}-{mark}",
        subject,
        "\n\n".join(filter(None, (f"{name}：", words, lines))),
        at,
        name=name,
        email=contact.email if contact else "",
        opens=Opening(PURPOSE, "plan.body", body),
    )


def line_of(thing: MonthlyReturn) -> str:
    """A return in a letter: month, task, day."""
    plan = current_book().plan_of(thing.plan)
    task = plan.task(thing.task) if plan else None
    title = task.title if task else ""
    return f"{thing.month} 第 {thing.task} 项 {title}（期限 {thing.due_on}）"


def write_again(body: str, actor: Actor, at: datetime) -> Letter:
    """The letter once more, to the contact as it is known now."""
    if not (verdict := can_keep_tasks(actor)):
        raise NotAllowed(verdict.why)
    return _write_all(body, f"again-{at:%Y%m%d%H%M%S}", at)


def write_anew(link: LetterLink, at: datetime) -> Letter:
    """Another link to the same body, at the address that is known; once for each that expired."""
    return _write_all(link.subject_id, f"anew-{link.pk}", at)


def _write_all(body: str, what: str, at: datetime) -> Letter:
    waiting = owed(body)
    if not waiting:
        raise WrongState("return.nothing_owed", body=body)
    words = "请点开链接填报下面各项，不用登录。"
    return write_to_body(
        body, what, f"请填报：{len(waiting)} 项", words, at, [line_of(r) for r in waiting]
    )
