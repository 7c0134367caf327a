"""Letters: written once per key, sent by the worker as deliveries of the ledger."""

import unicodedata
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from kechuang.district.accounts.models import PURPOSES, Letter, LetterLink, User
from kechuang.district.accounts.permissions import can_write_again
from kechuang.district.accounts.queries import is_refused, verified_address
from kechuang.district.core import ledger
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.engines.base.errors import Invalid, NotAllowed, WrongState
from kechuang.engines.base.sayings import Said
from kechuang.engines.text import normalise, without_controls

from .links import Opening, ended, make_link

_NO_SERVER = "django.core.mail.backends.dummy.EmailBackend"


def write_letter(
    key: str,
    subject: str,
    body: str,
    at: datetime,
    *,
    user: User | None = None,
    name: str = "",
    email: str = "",
    link: str = "",
    opens: Opening | None = None,
) -> Letter:
    """Write to a person, once per key.

    The worker sends the e-mail as a delivery of the ledger entry.

    Args:
        user: Reads it in the inbox too; without ``email`` it goes to the address that this person
            has proved to be theirs, and to none as long as there is none.
        opens: What a link in it opens without a password, for this addressee only.
    """
    with ledger.writing():
        if known := Letter.objects.filter(key=key[:120]).first():
            return known
        name = one_line(name or str(user or ""))[:80]
        email = email or (verified_address(user) if user else "")
        letter = Letter.objects.create(
            key=key[:120],
            user=user,
            name=name,
            email=email,
            subject=one_line(subject)[:200],
            body=body,
            link=link,
            opens=make_link(opens, at, name=name, email=email, user=user) if opens else None,
            created_at=at,
        )
        ledger.record(  # to be sent, or to be read in the inbox only
            f"accounts.letter.{'write' if letter.email else 'keep'}",
            subject_kind="accounts.letter",
            subject_id=letter.pk,
            label=letter.subject,
            actor=SYSTEM,
            at=at,
            facts={"link": letter.opens_id, "purpose": opens.purpose} if opens else None,
        )
    return letter


def one_line(text: str) -> str:
    """A text without line breaks and other controls: what may stand in the head of a letter."""
    return " ".join(without_controls(text).split())


def check_name(text: str, field: str) -> str:
    """A person's name as it may stand in the head of a letter.

    Raises:
        Invalid: It holds a line break or another control character.
    """
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in text.strip()):
        raise Invalid("person.name_controls", field)
    return normalise(text)


def mark_read(letter: Letter, at: datetime) -> None:
    if letter.read_at is None:
        letter.read_at = at
        letter.save(update_fields=["read_at"])


def send_letter(letter: Letter, at: datetime) -> None:
    """Send one letter by e-mail.

    Its Message-ID is its own for ever, so that a mail server may know a repeat.

    Raises:
        OSError: The mail server is away or hangs; BadHeaderError, SMTPException: it refuses this
            letter.
    """
    if letter.sent_at or not letter.email:
        return
    if why := _not_now(letter, at):
        Letter.objects.filter(pk=letter.pk).update(failed=str(why)[:300])
        return
    link = f"\n\n{settings.KECHUANG_SITE}{letter.path}" if letter.path else ""
    host = urlsplit(settings.KECHUANG_SITE).hostname or "localhost"
    message = EmailMessage(
        letter.subject,
        letter.body + link,
        None,
        [letter.email],
        headers={
            "Message-ID": f"<kechuang-letter-{letter.pk}-{letter.created_at:%Y%m%d%H%M%S}@{host}>"
        },
    )
    try:
        message.send()
    except Exception as e:
        Letter.objects.filter(pk=letter.pk).update(failed=f"{type(e).__name__}: {e}"[:300])
        raise
    Letter.objects.filter(pk=letter.pk).update(sent_at=at, failed="")


def _not_now(letter: Letter, at: datetime) -> Said | None:
    """Why a letter is not sent: nothing takes mail here, or its link or addressee has gone."""
    if settings.EMAIL_BACKEND == _NO_SERVER:
        return Said("letter.no_server")
    if letter.opens:
        return ended(letter.opens, at)
    user = letter.user
    if user and (not user.is_active or is_refused(user)):
        return Said("letter.addressee_gone")
    if user and letter.email.lower() != verified_address(user):
        return Said("letter.address_changed")
    return None


def send_again(letter: Letter, actor: Actor, at: datetime) -> Letter:
    """The same letter to the same address once more, with a link that opens.

    Raises:
        WrongState: It leads into an account (the person asks anew), has no address, or its link
            was used or taken back.
    """
    if not (verdict := can_write_again(actor)):
        raise NotAllowed(verdict.why)
    link = LetterLink.objects.filter(pk=letter.opens_id or 0).first()
    if not letter.email:
        raise WrongState("letter.no_address")
    if link and PURPOSES[link.purpose].personal:
        raise WrongState("letter.asked_anew")
    if link and (link.withdrawn_at or link.used_at):
        raise WrongState(ended(link, at) or "link.broken")
    opens = Opening(link.purpose, link.subject_kind, link.subject_id) if link else None
    number = Letter.objects.filter(key__startswith=f"again-{letter.pk}-").count()
    with ledger.writing():
        again = write_letter(
            f"again-{letter.pk}-{number}",
            letter.subject,
            letter.body,
            at,
            user=letter.user,
            name=letter.name,
            email=letter.email,
            link=letter.link,
            opens=opens,
        )
        ledger.record(
            "accounts.letter.send_again",
            subject_kind="accounts.letter",
            subject_id=letter.pk,
            label=letter.subject,
            actor=actor,
            at=at,
            facts={"letter": again.pk},
        )
    return again
