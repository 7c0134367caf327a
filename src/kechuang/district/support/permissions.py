from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import PolicyChange


def can_propose(actor: Actor, change: PolicyChange) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("改政策参数由科技局工作人员提出")


def can_approve(actor: Actor, change: PolicyChange) -> Verdict:
    """The second person."""
    if actor.is_system:
        return YES
    if not actor.has("officer", "approver"):
        return no("改政策参数由审批人或另一位工作人员批准")
    if change.proposed_by == actor.id:
        return no("提出改动的人不能批准同一项，请换一位同事")
    return YES
