from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import Application, Establishment, Firm, FirmYear, Recognition


def can_keep(actor: Actor, thing: Recognition | Firm | None = None) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("firm.who_keeps")


def can_grant(actor: Actor, recognition: Recognition) -> Verdict:
    """At the end of an application, where two persons have looked: an approver may register what
    came of it.
    """
    if actor.is_system or actor.has("officer", "approver"):
        return YES
    return no("recognition.who_grants")


def can_keep_establishment(actor: Actor, thing: Establishment | None = None) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("establishment.who_keeps")


SEE_FINANCES = ("officer", "approver", "auditor")


def can_see_finances(actor: Actor, firm: Firm) -> Verdict:
    """A firm's money is for the firm itself and for those who decide or audit; brokers see the
    rest.
    """
    if actor.is_system or actor.has(*SEE_FINANCES) or firm.pk in actor.firms:
        return YES
    return no("firm.finances_closed")


def can_fill_year(actor: Actor, year: FirmYear) -> Verdict:
    if (
        actor.is_system
        or actor.has("officer")
        or (actor.has("enterprise") and year.firm_id in actor.firms)
    ):
        return YES
    return no("year.who_fills")


def can_take_year(actor: Actor, year: FirmYear) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("year.who_takes")


def can_apply(actor: Actor, application: Application) -> Verdict:
    if (
        actor.is_system
        or actor.has("officer")
        or (actor.has("enterprise") and application.firm_id in actor.firms)
    ):
        return YES
    return no("application.who_applies")


def can_recommend(actor: Actor, application: Application) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("application.who_recommends")


def can_recognise(actor: Actor, application: Application) -> Verdict:
    """The second person: not the one who recommended."""
    if actor.is_system:
        return YES
    if not actor.has("officer", "approver"):
        return no("recognition.who_grants")
    if application.recommended_by == actor.id:
        return no("application.not_your_own")
    return YES
