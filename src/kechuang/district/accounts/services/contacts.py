"""Whom a body has named for a purpose: kept once, however many tasks the body answers for."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kechuang.district.accounts.models import Contact, LetterLink, User
from kechuang.district.accounts.permissions import can_keep_contacts
from kechuang.district.accounts.queries import verified_address
from kechuang.district.core import ledger
from kechuang.district.core.actor import Actor
from kechuang.engines.base.errors import Invalid, NotAllowed
from kechuang.engines.base.sayings import Said
from kechuang.engines.text import normalise

from .letters import check_name
from .links import withdraw_links


def keep_contact(
    body: str, purpose: str, name: str, email: str, actor: Actor, at: datetime
) -> Contact:
    """Name the contact of a body; links that went to another address open no more."""
    if not (verdict := can_keep_contacts(actor)):
        raise NotAllowed(verdict.why)
    body, name, email = normalise(body), check_name(name, "contact"), email.strip().lower()
    if not body:
        raise Invalid("task.body_missing", "body")
    if email:
        try:
            validate_email(email)
        except ValidationError as e:
            raise Invalid("person.email", "email") from e
    with ledger.writing():
        kept, _ = Contact.objects.get_or_create(body=body, purpose=purpose)
        if (kept.name, kept.email) != (name, email):
            _write(kept, name, email, actor, at)
    return kept


def _write(kept: Contact, name: str, email: str, actor: Actor, at: datetime) -> None:
    gone = LetterLink.objects.filter(purpose=kept.purpose, subject_id=kept.body)
    withdraw_links(gone.exclude(email=email), actor, at, Said("link.addressee_changed"))
    kept.name, kept.email = name, email
    kept.save()
    ledger.record(
        "accounts.contact.keep",
        subject_kind="accounts.contact",
        subject_id=kept.pk,
        label=kept.body,
        actor=actor,
        at=at,
        facts={"purpose": kept.purpose, "name": name},
    )


def give_contact(kept: Contact, colleague: User, actor: Actor, at: datetime) -> None:
    """Another person is written to from now on; links to the one before open no more."""
    address = verified_address(colleague)
    if not address:
        raise Invalid("handover.no_address", "colleague", name=colleague.name)
    _write(kept, colleague.name, address, actor, at)
