"""Who may do what in the market. Who submits, who checks and who publishes are different people."""

from kechuang.district.accounts.roles import is_staff
from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import Achievement, Demand, Introduction, Invitation, Listing, Wish
from .queries import is_own


def _works_on(actor: Actor) -> bool:
    return is_staff(actor) and actor.has("officer", "broker")


def can_see(actor: Actor, thing: Listing) -> Verdict:
    """Beside visible_to(): the same answer for one record."""
    if actor.is_system:
        return YES
    own = is_own(actor, thing)
    hidden = isinstance(thing, Demand) and thing.confidentiality == "brokers"
    if thing.state == "published" and not hidden:
        return YES
    if own and (thing.state != "retracted" or is_staff(actor)):
        return YES
    if is_staff(actor) and thing.state != "draft":
        return YES
    return no("record.none")


def can_write(actor: Actor, thing: Listing) -> Verdict:
    """Owners write their own; brokers and officers write on behalf of owners."""
    if actor.is_system or _works_on(actor):
        return YES
    role = "enterprise" if isinstance(thing, Demand) else "researcher"
    if actor.has(role) and (thing.owner_id or 0) in actor.organisations:
        return YES
    if isinstance(thing, Achievement):
        return no("achievement.who_writes")
    return no("demand.who_writes")


def can_amend(actor: Actor, thing: Listing) -> Verdict:
    """What is published changes at once only in the hands of staff; an owner's change is checked
    again.
    """
    if actor.is_system or _works_on(actor):
        return YES
    return no("listing.checked_again")


def can_merge(actor: Actor, thing: Listing) -> Verdict:
    if actor.is_system or (is_staff(actor) and actor.has("officer")):
        return YES
    return no("listing.who_merges")


def can_check(actor: Actor, thing: Listing) -> Verdict:
    """Checked by somebody else than who submitted."""
    if not _works_on(actor):
        return no("listing.who_checks")
    if actor.id in (thing.submitted_by, thing.created_by, *thing.written_by):
        return no("listing.not_your_own_check")
    return YES


def can_send_back(actor: Actor, thing: Listing) -> Verdict:
    return YES if _works_on(actor) else no("listing.who_sends_back")


def can_publish(actor: Actor, thing: Listing) -> Verdict:
    """Published by somebody else than who submitted or checked."""
    if not (is_staff(actor) and actor.has("officer", "approver")):
        return no("listing.who_publishes")
    if actor.id in (thing.submitted_by, thing.checked_by, *thing.written_by):
        return no("listing.not_your_own_publication")
    return YES


def can_take_in(actor: Actor, thing: Listing) -> Verdict:
    """Sheets: officers publish at once or leave for checking; owners and brokers leave for
    checking.
    """
    return can_write(actor, thing)


def can_publish_import(actor: Actor, thing: Listing) -> Verdict:
    if actor.is_system or (is_staff(actor) and actor.has("officer")):
        return YES
    return no("import.who_publishes")


def can_introduce(actor: Actor, introduction: Introduction) -> Verdict:
    return YES if _works_on(actor) else no("introduction.who_works")


def can_judge(actor: Actor) -> Verdict:
    """Who works on introductions says whether a pair fits."""
    return YES if _works_on(actor) else no("introduction.who_works")


def can_hand_over(actor: Actor, introduction: Introduction) -> Verdict:
    """Handed on when a broker leaves, by who keeps the accounts."""
    return YES if actor.has("administrator") else no("introduction.who_hands_over")


def can_reply(actor: Actor, invitation: Invitation) -> Verdict:
    """The brokers' side answers a question; the ledger names who did."""
    return can_introduce(actor, invitation.introduction)


def can_move_on(actor: Actor, thing: Introduction | Invitation) -> Verdict:
    """What follows from somebody's answer is done in that person's name: an invited one's, a
    broker's, or the clock's.
    """
    introduction = thing if isinstance(thing, Introduction) else thing.introduction
    if actor.is_system or _works_on(actor):
        return YES
    asked = (f"invitee:{i.pk}" for i in introduction.invitations.all())
    return YES if actor.has(*asked) else no("step.system_only")


def only_system(actor: Actor, thing: object) -> Verdict:
    return YES if actor.is_system else no("step.system_only")


def can_answer(actor: Actor, invitation: Invitation) -> Verdict:
    """Whoever holds the person's own link."""
    return YES if actor.has(f"invitee:{invitation.pk}") else no("invitation.by_its_link")


def can_report_outcome(actor: Actor, introduction: Introduction) -> Verdict:
    if _works_on(actor):
        return YES
    asked = (f"invitee:{i.pk}" for i in introduction.invitations.all() if i.side == "firm")
    return YES if actor.has(*asked) else no("introduction.outcome_by_its_link")


def can_ask(actor: Actor, wish: Wish) -> Verdict:
    """Enterprises ask about others' published achievements, researchers about others' demands.

    What does not exist for the person is refused as a number that names nothing is.
    """
    mine = wish.asker_id in actor.organisations and not is_staff(actor)
    if not mine or not actor.has("enterprise" if wish.asker_id in actor.firms else "researcher"):
        return no("wish.who_asks")
    if not wish.about:
        return YES
    subject = wish.subject
    if subject is None or not can_see(actor, subject):
        return no("wish.about_none")
    if is_own(actor, subject):
        return no("wish.about_own")
    return YES


def can_say_more(actor: Actor, wish: Wish) -> Verdict:
    """Whoever asks for the organisation changes what it asked, and ends it."""
    if wish.asker_id in actor.organisations and actor.has("enterprise", "researcher"):
        return YES
    return no("wish.who_ends")


def can_answer_wish(actor: Actor, wish: Wish) -> Verdict:
    return YES if _works_on(actor) else no("wish.who_answers")
