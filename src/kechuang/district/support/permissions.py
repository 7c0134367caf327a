from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import PolicyChange


def can_propose(actor: Actor, change: PolicyChange) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("change.who_proposes")


def can_approve(actor: Actor, change: PolicyChange) -> Verdict:
    """The second person."""
    if actor.is_system:
        return YES
    if not actor.has("officer", "approver"):
        return no("change.who_approves")
    if change.proposed_by == actor.id:
        return no("change.not_your_own")
    return YES
