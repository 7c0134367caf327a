"""Who may do what in the plan room. Who reports and who confirms, who answers and who reviews are different people."""

from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import Bulletin, Closing, Milestone, MonthlyReturn, PlanDraft, ReportedFigure, TaskFile


def can_report(actor: Actor, bulletin: Bulletin | None = None) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("通报数据由科技局工作人员导入")


def can_report_figure(actor: Actor, figure: ReportedFigure) -> Verdict:
    return YES if actor.is_system or actor.has("officer") else no("由科技局工作人员代责任单位填报")


def can_confirm_figure(actor: Actor, figure: ReportedFigure) -> Verdict:
    """Confirmed by an officer or approver who did not report it."""
    if not actor.has("officer", "approver"):
        return no("由科技局工作人员或审批人确认")
    if figure.reported_by == actor.id:
        return no("填报的人不能确认同一个数，请换一位同事")
    return YES


def can_close_period(actor: Actor, closing: Closing) -> Verdict:
    return YES if actor.has("officer", "approver") else no("由科技局工作人员或审批人关账")


def can_keep_tasks(
    actor: Actor, thing: Milestone | TaskFile | MonthlyReturn | None = None
) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("任务的责任、节点与催办由统筹的科技局工作人员维护")


def can_close_task(actor: Actor, thing: TaskFile) -> Verdict:
    """Closed by an approver or an officer who did not ask for it."""
    if not actor.has("officer", "approver"):
        return no("由审批人或另一位工作人员销号")
    if thing.asked_by == actor.id:
        return no("申请销号的人不能批准同一项，请换一位同事")
    return YES


def can_answer_return(actor: Actor, thing: MonthlyReturn) -> Verdict:
    """Whoever holds the body's own link, or an officer on the telephone."""
    if actor.has(f"return:{thing.nonce}", "officer"):
        return YES
    return no("请用发给责任单位的链接填报；链接不对时请向区科技局索取")


def can_review_return(actor: Actor, thing: MonthlyReturn) -> Verdict:
    return YES if actor.has("officer") else no("由统筹的科技局工作人员审阅")


def only_system(actor: Actor, thing: object) -> Verdict:
    return YES if actor.is_system else no("由系统完成")


def can_draft(actor: Actor, thing: PlanDraft) -> Verdict:
    return YES if actor.has("officer", "administrator") else no("由科技局工作人员读入计划文件")
