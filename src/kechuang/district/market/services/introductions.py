"""Introductions: two or three persons by name, each answers for himself, nobody is left waiting."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kechuang.district.accounts import services as letters
from kechuang.district.accounts.models import LetterLink, User
from kechuang.district.accounts.queries import person_at
from kechuang.district.accounts.services import Opening, check_name, write_letter
from kechuang.district.core import ledger
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.market.models import Achievement, Demand, Introduction, Invitation
from kechuang.district.market.models.introductions import OUTCOMES
from kechuang.district.market.queries import invitation_behind
from kechuang.district.market.workflow import INTRODUCTIONS, INVITATIONS
from kechuang.engines.base.errors import Invalid, InvalidForm, WrongState
from kechuang.engines.matching import Refusal, said_of
from kechuang.engines.text import normalise

from .matching import explain

PURPOSE = "introduction"


@dataclass(frozen=True)
class Person:
    """Somebody to be asked. ``side``: firm or owner."""

    side: str
    name: str
    email: str


def open_link(token: str, at: datetime) -> tuple[Invitation, Actor]:
    """The invitation behind a link, and the person as an actor.

    Raises:
        NotFound: The link is broken or was never ours.
        WrongState: It opens no more.
    """
    link = letters.open_link(token, [PURPOSE], at)
    invitation = invitation_behind(link.subject_id)
    name = f"{invitation.name}（凭链接）"
    return invitation, Actor(0, name, frozenset({f"invitee:{invitation.pk}"}))


def write_anew(link: LetterLink, at: datetime) -> None:
    """Another link to the same person, at the address that is known."""
    invitation = invitation_behind(link.subject_id)
    words = "您要的新链接在下面。"
    write_to(invitation, f"anew-{link.pk}", "对接：新的链接", words, at)


def start(
    demand: Demand,
    achievement: Achievement,
    persons: Sequence[Person],
    message: str,
    actor: Actor,
    at: datetime,
    *,
    overruled: str = "",
    remind_after_days: Sequence[int] | None = None,
    close_after_days: int | None = None,
) -> Introduction:
    """Ask the persons. A pair that matching keeps out needs a word why.

    Raises:
        InvalidForm: Persons, message, or the word why are missing.
    """
    judged = explain(demand, achievement, actor)
    _check_start(demand, achievement, persons, message)
    if isinstance(judged, Refusal) and not overruled.strip():
        raise InvalidForm(
            [Invalid("introduction.not_recommended", "overruled", reason=judged.text)]
        )
    days, closing = _clock_of(remind_after_days, close_after_days)
    reasons = (
        []
        if isinstance(judged, Refusal)
        else [
            {"text": text.stored()}
            for text in (
                *(said_of(a) for a in judged.answers if a.quote),
                *(r.text for r in judged.reasons if r.shift),
            )
        ]
    )
    introduction = Introduction(
        demand=demand,
        achievement=achievement,
        broker_id=actor.id,
        broker_name=actor.label,
        message=normalise(message),
        overruled=normalise(overruled),
        reasons=reasons,
        remind_after_days=days,
        close_after_days=closing,
        started_at=at,
    )
    with ledger.writing():
        if is_under_way(demand.pk, achievement.pk):
            raise InvalidForm([Invalid("introduction.under_way", "persons")])
        facts = {"demand": demand.pk, "achievement": achievement.pk, "overruled": overruled}
        begin(INTRODUCTIONS, "start", introduction, actor, at, facts=facts)
        for person in persons:
            invite(introduction, person, actor, at)
    return introduction


def _clock_of(remind: Sequence[int] | None, close: int | None) -> tuple[list[int], int]:
    """When to remind and when to close: as asked, else as the book has it."""
    settings = current_book().market
    days = sorted(set(remind or settings.remind_after_days))
    closing = close or settings.close_after_days
    if not days or days[0] < 1 or closing <= days[-1]:
        raise InvalidForm([Invalid("introduction.days", "remind_after_days")])
    return days, closing


def is_under_way(demand: int, achievement: int) -> bool:
    """Whether a pair is being introduced now; the database allows one such introduction a pair."""
    pair = Introduction.objects.filter(demand_id=demand, achievement_id=achievement)
    return pair.filter(state__in=("open", "agreed")).exists()


def _check_start(
    demand: Demand, achievement: Achievement, persons: Sequence[Person], message: str
) -> None:
    most = current_book().market.longest_persons
    errors: list[Invalid] = []
    if demand.state != "published" or achievement.state != "published":
        raise WrongState("introduction.both_published")
    if not 2 <= len(persons) <= most:
        errors.append(Invalid("introduction.how_many", "persons", most=most))
    if {p.side for p in persons} != {"firm", "owner"}:
        errors.append(Invalid("introduction.both_sides", "persons"))
    if len({p.email.lower() for p in persons}) != len(persons):
        errors.append(Invalid("introduction.email_twice", "persons"))
    for number, person in enumerate(persons, 1):
        if not person.name.strip():
            errors.append(Invalid("introduction.name_missing", "persons", number=number))
        try:
            check_name(person.name, "persons")
        except Invalid as e:
            errors.append(e)
        try:
            validate_email(person.email)
        except ValidationError:
            errors.append(Invalid("introduction.email", "persons", number=number))
    if not message.strip():
        errors.append(Invalid("introduction.message_missing", "message"))
    if errors:
        raise InvalidForm(errors)


def invite(introduction: Introduction, person: Person, actor: Actor, at: datetime) -> Invitation:
    """Ask one person, by a letter with their own link."""
    invitation = Invitation(
        introduction=introduction,
        **asdict(person),
        waiting_since=at,
    )
    begin(INVITATIONS, "invite", invitation, actor, at)
    write_to(invitation, "invite", "邀请您对接一项技术合作", introduction.message, at)
    return invitation


def write_to(invitation: Invitation, what: str, subject: str, body: str, at: datetime) -> None:
    """A letter to one who was asked, with their own link; ``what`` makes it the only one."""
    write_letter(
        f"{what}-{invitation.pk}",
        subject,
        f"{invitation.name}：\n\n{body}\n\n{invitation.introduction.broker_name}",
        at,
        user=person_at(invitation.email),
        name=invitation.name,
        email=invitation.email,
        opens=Opening(PURPOSE, "market.invitation", invitation.pk),
    )


def readdress(old: str, new: str, at: datetime) -> None:
    """A person whom somebody asked has another address: the links to the old one have ended, so
    they get one at the new address.
    """
    for invitation in Invitation.objects.filter(
        email__iexact=old, state__in=("waiting", "asking", "accepted")
    ):
        with ledger.writing():
            Invitation.objects.filter(pk=invitation.pk).update(email=new)
            invitation.email = new
            ledger.record(
                "market.invitation.readdress",
                subject_kind="market.invitation",
                subject_id=invitation.pk,
                label=invitation.label,
                actor=SYSTEM,
                at=at,
                old_state=invitation.state,
                new_state=invitation.state,
            )
            words = "您换了邮箱，原来信里的链接已作废，请用下面的链接。"
            write_to(invitation, f"moved-{at:%Y%m%d%H%M%S}", "对接：新的链接", words, at)


def accept(invitation: Invitation, actor: Actor, at: datetime, words: str = "") -> Entry:
    """Yes. When all have said so, the introduction is agreed and everybody learns how to reach
    the others.
    """
    with ledger.writing():
        entry = advance(
            INVITATIONS,
            "accept",
            invitation,
            actor,
            at,
            changes={"answered_at": at, "words": normalise(words)},
        )
        introduction = Introduction.objects.select_for_update().get(pk=invitation.introduction_id)
        everybody = list(introduction.invitations.all())
        if introduction.state == "open" and all(i.state == "accepted" for i in everybody):
            advance(INTRODUCTIONS, "agree", introduction, actor, at, changes={"agreed_at": at})
            reach = "\n".join(f"{i.get_side_display()}　{i.name}　{i.email}" for i in everybody)
            for other in everybody:
                write_to(
                    other, "agreed", "双方都同意了，请直接联系", f"各位的联系方式：\n{reach}", at
                )
    return entry


@ledger.writing()
def decline(invitation: Invitation, actor: Actor, at: datetime, why: str) -> Entry:
    """No, with the reason. The others learn that it ends, not the reason."""
    with ledger.writing():
        changes = {"answered_at": at, "words": normalise(why)}
        entry = advance(INVITATIONS, "decline", invitation, actor, at, why=why, changes=changes)
        introduction = Introduction.objects.get(pk=invitation.introduction_id)
        if introduction.state == "open":
            advance(
                INTRODUCTIONS, "decline", introduction, actor, at, facts={"by": invitation.side}
            )
            call_off(
                introduction,
                actor,
                at,
                "对接没有成",
                "另一方这次没有接受。谢谢您考虑，我们会继续为您留意。",
                but=invitation.pk,
            )
    _tell_broker(invitation, "谢绝了对接", why, at)
    return entry


@ledger.writing()
def ask(invitation: Invitation, actor: Actor, at: datetime, why: str) -> Entry:
    """Needs to know more; the broker is told what."""
    changes = {"answered_at": at, "words": normalise(why)}
    entry = advance(INVITATIONS, "ask", invitation, actor, at, why=why, changes=changes)
    _tell_broker(invitation, "想先了解更多", why, at)
    return entry


@ledger.writing()
def reply(invitation: Invitation, answer: str, actor: Actor, at: datetime) -> Entry:
    """The broker answers; the person's clock starts again."""
    if not answer.strip():
        raise Invalid("introduction.reply_missing", "reply")
    changes = {"reply": normalise(answer), "waiting_since": at, "reminded": [], "answered_at": None}
    entry = advance(INVITATIONS, "reply", invitation, actor, at, changes=changes)
    write_to(invitation, f"reply-{entry.pk}", "您要的信息", answer, at)
    return entry


def withdraw(introduction: Introduction, actor: Actor, at: datetime, why: str) -> Entry:
    """Called off; both sides learn of it."""
    with ledger.writing():
        entry = advance(INTRODUCTIONS, "withdraw", introduction, actor, at, why=why)
        call_off(introduction, actor, at, "对接已撤回", f"这次对接已由技术经理人撤回。{why}")
    return entry


def call_off(
    introduction: Introduction, actor: Actor, at: datetime, subject: str, body: str, but: int = 0
) -> None:
    """Whoever was asked is told that it is over, ``but`` one."""
    for invitation in introduction.invitations.exclude(pk=but):
        if invitation.state in ("waiting", "asking", "accepted"):
            advance(INVITATIONS, "call_off", invitation, actor, at)
        write_to(invitation, f"off-{introduction.version}", subject, body, at)


def _tell_broker(invitation: Invitation, what: str, words: str, at: datetime) -> None:
    introduction = invitation.introduction
    broker = User.objects.filter(pk=introduction.broker_id).first()
    if broker:
        write_letter(
            f"answer-{invitation.pk}-{invitation.version}",
            f"{invitation.name}{what}",
            words,
            at,
            user=broker,
            link=f"/introductions/{introduction.pk}/",
        )


def hand_over(introduction: Introduction, colleague: User, actor: Actor, at: datetime) -> Entry:
    """Another broker goes on with it; the persons asked keep their links."""
    changes = {"broker_id": colleague.pk, "broker_name": colleague.name}
    facts = {"to": colleague.pk, "name": colleague.name, "was": introduction.broker_name}
    return advance(
        INTRODUCTIONS, "hand_over", introduction, actor, at, changes=changes, facts=facts
    )


def report_outcome(
    introduction: Introduction, outcome: str, words: str, actor: Actor, at: datetime
) -> Entry:
    """What came of it, in the firm's or the broker's words."""
    if outcome not in dict(OUTCOMES):
        raise Invalid("introduction.outcome_missing", "outcome")
    changes = {"outcome": outcome, "outcome_words": normalise(words)}
    return advance(
        INTRODUCTIONS,
        "report_outcome",
        introduction,
        actor,
        at,
        changes=changes,
        facts={"outcome": outcome},
    )


def conclude(introduction: Introduction, actor: Actor, at: datetime, contract: str) -> Entry:
    """A contract was recorded against it (called by transfer, in its transaction)."""
    return advance(
        INTRODUCTIONS,
        "conclude",
        introduction,
        actor,
        at,
        changes={"outcome": "contract"},
        facts={"contract": contract},
    )


def resume(introduction: Introduction, actor: Actor, at: datetime) -> Entry:
    """The contract was cancelled: the two sides are agreed as before (called by transfer).

    Where the pair was introduced anew in the meantime, that one goes on and this one ends.
    """
    if is_under_way(introduction.demand_id, introduction.achievement_id):
        return supersede(introduction, actor, at)
    return advance(INTRODUCTIONS, "resume", introduction, actor, at, changes={"outcome": ""})


def supersede(introduction: Introduction, actor: Actor, at: datetime) -> Entry:
    """The pair was introduced anew: this introduction ends."""
    return advance(INTRODUCTIONS, "supersede", introduction, actor, at, changes={"outcome": ""})


def call_off_for(listing: Demand | Achievement, at: datetime) -> int:
    """A demand or an achievement was closed: what is still open about it ends, and everybody
    learns of it.
    """
    side = {"demand": listing} if isinstance(listing, Demand) else {"achievement": listing}
    found = list(Introduction.objects.filter(state="open", **side))
    return ledger.each(found, lambda introduction: _end_with(introduction, listing.pk, at))


def _end_with(introduction: Introduction, listing: int, at: datetime) -> None:
    advance(INTRODUCTIONS, "lapse", introduction, SYSTEM, at, facts={"closed": listing})
    words = "对应的需求或成果已经关闭，这次对接随之结束。谢谢您。"
    call_off(introduction, SYSTEM, at, "对接已结束", words)
