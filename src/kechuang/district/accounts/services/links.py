"""Links in letters and codes on slips: made for one addressee and one purpose, opened, used up,
withdrawn. There is no other kind of link that needs no password.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from kechuang.district.accounts.models import PURPOSES, LetterLink, User
from kechuang.district.accounts.permissions import can_withdraw_link
from kechuang.district.core import ledger, links
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.engines.base.errors import NotAllowed, NotFound, WrongState
from kechuang.engines.base.sayings import Said


@dataclass(frozen=True)
class Opening:
    """What a link is to open, and what for; ``account`` is the one that it leads into."""

    purpose: str
    subject_kind: str
    subject_id: object
    account: User | None = None


def make_link(
    opening: Opening, at: datetime, *, name: str, email: str = "", user: User | None = None
) -> LetterLink:
    """A new link of an addressee; those that he has already open on."""
    with ledger.writing():
        link = LetterLink.objects.create(
            purpose=opening.purpose,
            subject_kind=opening.subject_kind,
            subject_id=str(opening.subject_id),
            user=opening.account or user,
            name=name[:120],
            email=email,
            nonce=links.new_nonce(),
            made_at=at,
            expires_at=at + timedelta(days=PURPOSES[opening.purpose].days),
        )
        _tell("make", link, SYSTEM, at)
    return link


def find_link(token: str, purposes: Iterable[str]) -> LetterLink:
    """The link of ours that this is, open or not.

    Raises:
        NotFound: It is none, or one for something else.
    """
    found = LetterLink.objects.select_related("user").filter(
        pk=links.number_of(token) or 0, purpose__in=list(purposes)
    )
    link = found.first()
    if link is None or not links.opens(
        token, link.purpose, link.pk, link.nonce, short=link.is_slip
    ):
        raise NotFound("link.broken")
    return link


def ended(link: LetterLink, at: datetime) -> Said | None:
    """Why a link does not open any more; None while it does."""
    if link.withdrawn_at:
        return Said("link.withdrawn", day=link.withdrawn_at.date())
    if link.used_at:
        return Said("link.used", day=link.used_at.date())
    if at >= link.expires_at:
        return Said("link.expired", day=link.expires_at.date())
    return None


def open_link(token: str, purposes: Iterable[str], at: datetime) -> LetterLink:
    """The link behind what somebody holds, noted as opened.

    Raises:
        NotFound: As `find_link`.
        WrongState: It has expired, was used or withdrawn.
    """
    link = find_link(token, purposes)
    if why := ended(link, at):
        raise WrongState(why)
    with ledger.writing():
        if LetterLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=at):
            _tell("open", link, Actor(0, link.name), at)
        LetterLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1, last_opened_at=at)
    return link


def use_link(link: LetterLink, at: datetime) -> None:
    """Use up what opens once, however many hands reach for it (inside the act's transaction).

    Raises:
        WrongState: It has been used, or has ended meanwhile.
    """
    now_open = LetterLink.objects.filter(
        pk=link.pk, used_at=None, withdrawn_at=None, expires_at__gt=at
    )
    if not now_open.update(used_at=at):
        link.refresh_from_db()
        raise WrongState(ended(link, at) or Said("link.used", day=at.date()))
    _tell("use", link, Actor(0, link.name), at)


def withdraw_link(link: LetterLink, actor: Actor, at: datetime, why: str = "") -> None:
    """Take a link back: it opens no more."""
    if not (verdict := can_withdraw_link(actor, link)):
        raise NotAllowed(verdict.why)
    withdraw_links(LetterLink.objects.filter(pk=link.pk), actor, at, why)


def withdraw_links(found: QuerySet[LetterLink], actor: Actor, at: datetime, why: str = "") -> int:
    """Take back those of them that open still; returns how many."""
    with ledger.writing():
        open_still = list(found.filter(used_at=None, withdrawn_at=None, expires_at__gt=at))
        for link in open_still:
            LetterLink.objects.filter(pk=link.pk).update(withdrawn_at=at)
            _tell("withdraw", link, actor, at, why)
    return len(open_still)


def withdraw_of(user: User, at: datetime, why: Said, *, but: int = 0) -> int:
    """Take back every link of a person: the addressee is another now."""
    return withdraw_links(LetterLink.objects.filter(user=user).exclude(pk=but), SYSTEM, at, why)


def _tell(step: str, link: LetterLink, actor: Actor, at: datetime, why: str = "") -> None:
    ledger.record(
        f"accounts.link.{step}",
        subject_kind="accounts.link",
        subject_id=link.pk,
        label=str(link),
        actor=actor,
        at=at,
        why=why,
        facts={
            "purpose": link.purpose,
            "subject": f"{link.subject_kind} {link.subject_id}",
        },
    )
