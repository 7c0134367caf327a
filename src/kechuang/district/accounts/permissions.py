from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import PURPOSES, LetterLink


def can_manage_people(actor: Actor) -> Verdict:
    return YES if actor.has("administrator") or actor.is_system else no("person.who_manages")


def can_keep_organisations(actor: Actor) -> Verdict:
    if actor.is_system or actor.has("officer", "administrator"):
        return YES
    return no("organisation.who_keeps")


def can_keep_contacts(actor: Actor) -> Verdict:
    """Whom a body has named is written down by the bureau."""
    return YES if actor.is_system or actor.has("officer") else no("contact.who_keeps")


def can_withdraw_link(actor: Actor, link: LetterLink) -> Verdict:
    """Links into accounts are the administrator's to take back, all others the bureau's too."""
    personal = PURPOSES[link.purpose].personal
    roles = ("administrator",) if personal else ("administrator", "officer", "broker")
    return YES if actor.is_system or actor.has(*roles) else no("link.who_withdraws")


def can_write_again(actor: Actor) -> Verdict:
    if actor.is_system or actor.has("administrator", "officer", "broker"):
        return YES
    return no("letter.who_writes_again")
