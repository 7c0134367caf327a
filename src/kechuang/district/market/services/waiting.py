"""What time does to introductions: reminders, closing what nobody answers, asking what came of it."""

from datetime import datetime, timedelta

from kechuang.district.core import ledger
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.core.workflow import advance
from kechuang.district.market.models import Introduction, Invitation
from kechuang.district.market.workflow import INTRODUCTIONS, INVITATIONS

from .introductions import call_off, write_to


def remind_waiting(at: datetime) -> int:
    """Remind on the introduction's own days, close the dead; returns how many letters or
    closures.
    """
    waiting = Invitation.objects.filter(state__in=("waiting", "asking"), introduction__state="open")
    due = [i for i in waiting.select_related("introduction") if _is_over(i, at) or _due(i, at)]
    return ledger.each(due, lambda invitation: _follow(invitation, at))


def _is_over(invitation: Invitation, at: datetime) -> bool:
    return (at - invitation.waiting_since).days >= invitation.introduction.close_after_days


def _due(invitation: Invitation, at: datetime) -> list[int]:
    """The days of reminding that have come, when the last of them has not been used."""
    elapsed = (at - invitation.waiting_since).days
    due = [d for d in invitation.introduction.remind_after_days if d <= elapsed]
    waits = invitation.state == "waiting" and due and due[-1] not in invitation.reminded
    return due if waits else []


def _follow(invitation: Invitation, at: datetime) -> None:
    if _is_over(invitation, at):
        lapse(invitation.introduction, at)
    else:
        _remind(invitation, _due(invitation, at), at)


def _remind(invitation: Invitation, due: list[int], at: datetime) -> None:
    changes = {"reminded": sorted({*invitation.reminded, *due})}
    advance(INVITATIONS, "remind", invitation, SYSTEM, at, changes=changes, facts={"day": due[-1]})
    cycle = invitation.waiting_since.date().isoformat()
    write_to(
        invitation,
        f"remind-{cycle}-{due[-1]}",
        "提醒：有一项对接等您回答",
        invitation.introduction.message,
        at,
    )


def lapse(introduction: Introduction, at: datetime) -> None:
    """Nobody answered: closed, and everybody who was asked is told."""
    introduction.refresh_from_db()
    if introduction.state != "open":
        return
    with ledger.writing():
        for invitation in introduction.invitations.filter(state__in=("waiting", "asking")):
            advance(INVITATIONS, "lapse", invitation, SYSTEM, at)
        advance(INTRODUCTIONS, "lapse", introduction, SYSTEM, at)
        call_off(
            introduction,
            SYSTEM,
            at,
            "对接已关闭",
            "因为一直没有等到全部回答，这次对接已关闭。需要时可以请技术经理人重新发起。",
        )


def ask_outcomes(at: datetime) -> int:
    """Ask the firm what came of it, once, some time after both sides agreed."""
    after = timedelta(days=current_book().market.ask_outcome_after_days)
    due = Introduction.objects.filter(
        state="agreed", outcome="", outcome_asked_at=None, agreed_at__lte=at - after
    )
    return ledger.each(due, lambda introduction: _ask_outcome(introduction, at))


def _ask_outcome(introduction: Introduction, at: datetime) -> None:
    asked = {"outcome_asked_at": at}
    advance(INTRODUCTIONS, "ask_outcome", introduction, SYSTEM, at, changes=asked)
    for invitation in introduction.invitations.filter(side="firm"):
        subject = "请告诉我们：对接有结果吗？"
        write_to(invitation, "outcome", subject, "点开链接，选一项，写一句话就好。", at)
