from kechuang.district.accounts.roles import STAFF
from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import Contract


def can_see(actor: Actor, contract: Contract) -> Verdict:
    if actor.is_system or (actor.has(*STAFF) and not actor.firms):
        return YES
    if {contract.seller_id, contract.buyer_id} & actor.organisations:
        return YES
    return no("没有这份合同")


def can_record(actor: Actor, contract: Contract) -> Verdict:
    if actor.is_system or (actor.has("officer", "broker") and not actor.firms):
        return YES
    return no("由技术经理人或科技局工作人员记录合同")


def can_register(actor: Actor, contract: Contract) -> Verdict:
    """Registered by an officer who did not record it."""
    if actor.is_system:
        return YES
    if not actor.has("officer") or actor.firms:
        return no("由科技局工作人员登记")
    if contract.recorded_by == actor.id:
        return no("记录合同的人不能登记同一份，请换一位同事")
    return YES


def can_keep_register(actor: Actor, contract: Contract) -> Verdict:
    if actor.is_system or (actor.has("officer") and not actor.firms):
        return YES
    return no("由科技局工作人员维护合同登记")
