from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import Application, Establishment, Firm, FirmYear, Recognition


def can_keep(actor: Actor, recognition: Recognition | None = None) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("企业与认定由科技局工作人员维护")


def can_grant(actor: Actor, recognition: Recognition) -> Verdict:
    """At the end of an application, where two persons have looked: an approver may register what came of it."""
    if actor.is_system or actor.has("officer", "approver"):
        return YES
    return no("认定结果由科技局工作人员或审批人登记")


def can_keep_establishment(actor: Actor, thing: Establishment | None = None) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("平台、设施、专项与科技园由科技局工作人员登记")


SEE_FINANCES = ("officer", "approver", "auditor")


def can_see_finances(actor: Actor, firm: Firm) -> Verdict:
    """A firm's money is for the firm itself and for those who decide or audit; brokers see the rest."""
    if actor.is_system or actor.has(*SEE_FINANCES) or firm.pk in actor.firms:
        return YES
    return no("企业的财务数据只对本企业和科技局开放")


def can_fill_year(actor: Actor, year: FirmYear) -> Verdict:
    if (
        actor.is_system
        or actor.has("officer")
        or (actor.has("enterprise") and year.firm_id in actor.firms)
    ):
        return YES
    return no("年报由本企业成员或科技局工作人员填写")


def can_take_year(actor: Actor, year: FirmYear) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("年报由科技局工作人员核收")


def can_apply(actor: Actor, application: Application) -> Verdict:
    if (
        actor.is_system
        or actor.has("officer")
        or (actor.has("enterprise") and application.firm_id in actor.firms)
    ):
        return YES
    return no("由本企业成员或科技局工作人员申报")


def can_recommend(actor: Actor, application: Application) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("由科技局工作人员审核推荐")


def can_recognise(actor: Actor, application: Application) -> Verdict:
    """The second person: not the one who recommended."""
    if actor.is_system:
        return YES
    if not actor.has("officer", "approver"):
        return no("认定结果由科技局工作人员或审批人登记")
    if application.recommended_by == actor.id:
        return no("推荐的人不能登记同一家的认定结果，请换一位同事")
    return YES
