"""Who may do what in the plan room.

Who reports and who confirms, who answers and who reviews are different people.
"""

from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import (
    Bulletin,
    Closing,
    Completeness,
    Milestone,
    MonthlyReturn,
    PlanDraft,
    ReportedFigure,
    TaskFile,
)


def can_report(actor: Actor, bulletin: Bulletin | None = None) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("bulletin.who_imports")


def can_report_figure(actor: Actor, figure: ReportedFigure) -> Verdict:
    return YES if actor.is_system or actor.has("officer") else no("figure.who_reports")


def can_state_completeness(actor: Actor, said: Completeness) -> Verdict:
    return YES if actor.is_system or actor.has("officer") else no("completeness.who")


def can_confirm_figure(actor: Actor, figure: ReportedFigure) -> Verdict:
    """Confirmed by an officer or approver who neither reported nor revised it."""
    if not actor.has("officer", "approver"):
        return no("figure.who_confirms")
    if actor.id in {figure.reported_by, *figure.written_by}:
        return no("figure.not_your_own")
    return YES


def can_close_period(actor: Actor, closing: Closing) -> Verdict:
    return YES if actor.has("officer", "approver") else no("closing.who")


def can_keep_tasks(
    actor: Actor, thing: Milestone | TaskFile | MonthlyReturn | None = None
) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("task.who_keeps")


def can_close_task(actor: Actor, thing: TaskFile) -> Verdict:
    """Closed by an approver or an officer who did not ask for it."""
    if not actor.has("officer", "approver"):
        return no("task.who_closes")
    if thing.asked_by == actor.id:
        return no("task.not_your_own")
    return YES


def can_answer_return(actor: Actor, thing: MonthlyReturn) -> Verdict:
    """Whoever holds the body's own link."""
    return YES if actor.has(f"body:{thing.body}") else no("return.by_its_link")


def can_fill_return(actor: Actor, thing: MonthlyReturn) -> Verdict:
    """An officer whom the body told; the record says so."""
    return YES if actor.has("officer") else no("return.who_fills")


def can_review_return(actor: Actor, thing: MonthlyReturn) -> Verdict:
    """An officer or approver who did not type it."""
    if not actor.has("officer", "approver"):
        return no("return.who_reviews")
    if thing.state == "submitted" and thing.filled.get("by") == actor.id:
        return no("return.not_your_own")
    return YES


def only_system(actor: Actor, thing: object) -> Verdict:
    return YES if actor.is_system else no("step.system_only")


def can_draft(actor: Actor, thing: PlanDraft) -> Verdict:
    return YES if actor.has("officer", "administrator") else no("draft.who")
