from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import Contract


def can_record(actor: Actor, contract: Contract) -> Verdict:
    if actor.is_system or (actor.has("officer", "broker") and not actor.firms):
        return YES
    return no("contract.who_records")


def can_register(actor: Actor, contract: Contract) -> Verdict:
    """Registered by an officer who did not record it."""
    if actor.is_system:
        return YES
    if not actor.has("officer") or actor.firms:
        return no("contract.who_registers")
    if contract.recorded_by == actor.id:
        return no("contract.not_your_own")
    return YES


def can_keep_register(actor: Actor, contract: Contract) -> Verdict:
    if actor.is_system or (actor.has("officer") and not actor.firms):
        return YES
    return no("contract.who_keeps_register")
