import hashlib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from copy import copy
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import IntegrityError, models, transaction
from django.db.models.fields.reverse_related import ForeignObjectRel

from kechuang.district.core import ledger
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.registers import Refers
from kechuang.engines.base.errors import Invalid, NotAllowed
from kechuang.engines.base.identifiers import parse_credit_code
from kechuang.engines.base.references import name_in
from kechuang.engines.text import comparable, normalise, without_controls

from .models import FormDraft, Letter, Membership, Organisation, SavedView, User
from .permissions import can_keep_organisations, can_manage_people
from .queries import organisations_by_code
from .roles import ROLES


def _search(organisation: Organisation) -> str:
    return comparable(" ".join([organisation.name, *organisation.former_names, organisation.code]))


def keep_organisation(
    code: str, name: str, kind: str, actor: Actor, at: datetime, *, former_names: Sequence[str] = ()
) -> tuple[Organisation, bool]:
    """Find an organisation by its code, or add it. A new name makes the old one a former name.

    Args:
        code: A credit code; or 无代码：name, of whom an official list told the name only.

    Returns:
        The organisation and whether something was written.
    """
    if not (verdict := can_keep_organisations(actor)):
        raise NotAllowed(verdict.why)
    called = normalise(name_in(code))
    code, name = ("", called) if called else (parse_credit_code(code, "code"), normalise(name))
    if not name:
        raise Invalid("organisation.name_missing", "name")
    with ledger.writing():
        held = Organisation.objects.select_for_update().filter(code=code)
        found = held.filter(name=name).first() if called else held.first()
        if found is None:
            found = Organisation(code=code, name=name, kind=kind, former_names=list(former_names))
            step, facts = "add", {"name": name}
        else:
            older = [n for n in (*found.former_names, *former_names) if n != name]
            step, facts = "rename", {"name": name, "was": found.name}
            if found.name != name:
                older.append(found.name)
            older = list(dict.fromkeys(older))
            if found.name == name and older == found.former_names:
                return found, False
            found.name, found.former_names = name, older
        found.search = _search(found)
        found.save()
        ledger.record(
            f"accounts.organisation.{step}",
            subject_kind="accounts.organisation",
            subject_id=found.pk,
            label=name,
            actor=actor,
            at=at,
            facts=facts,
        )
    return found, True


def link_organisation(named: Organisation, code: str, actor: Actor, at: datetime) -> Organisation:
    """Give an organisation known by name its credit code; when another has that code already, the
    two become that one, with all that stands under the name.

    Returns:
        The organisation that remains.

    Raises:
        NotAllowed: The person may not keep organisations.
        Invalid: No such code, it is not known by name only, or both hold what only one may.
    """
    if not (verdict := can_keep_organisations(actor)):
        raise NotAllowed(verdict.why)
    code = parse_credit_code(code, "code")
    with ledger.writing():
        one = Organisation.objects.select_for_update().get(pk=named.pk)
        if one.code:
            raise Invalid("organisation.has_code", "code", name=one.name)
        other = Organisation.objects.select_for_update().filter(code=code).first()
        moved: dict[str, int] = {}
        if other is None:
            one.code, kept = code, one
        else:
            if one.name not in (other.name, *other.former_names):
                other.former_names = [*other.former_names, one.name]
            moved, kept = _moved(one, other), other
            one.delete()
        kept.search = _search(kept)
        kept.save()
        ledger.record(
            "accounts.organisation.link",
            subject_kind="accounts.organisation",
            subject_id=kept.pk,
            label=kept.name,
            actor=actor,
            at=at,
            facts={"name": named.name, "code": code, "moved": moved},
        )
    return kept


def _moved(one: Organisation, other: Organisation) -> dict[str, int]:
    """Everything that referred to one refers to the other; how many records of which kind.

    Raises:
        Invalid: The database holds that only one of the two may have it.
    """
    counts: Counter[str] = Counter()
    try:
        with transaction.atomic():
            _repoint(one, other, counts)
    except IntegrityError as e:
        raise Invalid("organisation.both_hold", "code", name=other.name) from e
    return dict(counts)


def _repoint(one: models.Model, other: models.Model, counts: Counter[str]) -> None:
    for relation in one._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel):
            continue
        model, name = relation.related_model, relation.field.name
        assert isinstance(model, type)
        manager = model._default_manager
        if not relation.field.primary_key:
            moved = manager.filter(**{name: one}).update(**{name: other})
            if moved:
                counts[model._meta.label_lower] += moved
            continue
        held = manager.filter(pk=one.pk).first()  # a record that is the organisation's own
        if held is None:
            continue
        kept = manager.filter(pk=other.pk).first()
        if kept is None:
            kept = copy(held)
            setattr(kept, name, other)
            kept.save(force_insert=True)
        _repoint(held, kept, counts)
        held.delete()


def organisation_codes(title: str, named_by: str = "") -> Refers:
    """A field that names an organisation by its credit code.

    Args:
        title: What people call it: 卖方.
        named_by: The column of a sheet with its name: an organisation that is not known yet is
            then registered, as
            an enterprise. Without it an unknown code is refused.
    """
    return Refers(
        found=organisations_by_code,
        written=lambda organisation: str(organisation.reference),
        keep=(lambda code, name, actor, at: keep_organisation(code, name, "enterprise", actor, at))
        if named_by
        else None,
        blank=_blank if named_by else None,
        named_by=named_by,
        order="name",
        title=title,
    )


def _blank(code: str, name: str) -> Organisation:
    return Organisation(pk=_stand_in(code), code="" if name_in(code) else code, name=name)


def _stand_in(code: str) -> int:
    """A key that no organisation has, the same for the same code: who is not registered yet, in a
    preview.
    """
    return -(int(hashlib.sha256(code.encode()).hexdigest()[:12], 16) + 1)


def add_person(
    email: str,
    name: str,
    password: str | None,
    actor: Actor,
    at: datetime,
    *,
    is_demo: bool = False,
) -> User:
    """A new account; the person sets their own password by the reset letter when none is given."""
    if not (verdict := can_manage_people(actor)):
        raise NotAllowed(verdict.why)
    if is_demo and not (settings.KECHUANG_DEMO or settings.TESTING):
        raise NotAllowed("person.demo_only")
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as e:
        raise Invalid("person.email", "email") from e
    if User.objects.filter(email=email).exists():
        raise Invalid("person.email_taken", "email")
    name = check_name(name, "name")
    with ledger.writing():
        user = User(username=email, email=email, name=name, is_demo=is_demo)
        user.set_password(password)
        user.save()
        ledger.record(
            "accounts.person.add",
            subject_kind="accounts.person",
            subject_id=user.pk,
            label=user.name,
            actor=actor,
            at=at,
        )
    return user


def grant(
    user: User, organisation: Organisation, role: str, actor: Actor, at: datetime
) -> Membership:
    """Give a role in an organisation."""
    if not (verdict := can_manage_people(actor)):
        raise NotAllowed(verdict.why)
    if role not in ROLES:
        raise Invalid("person.no_such_role", "role")
    with ledger.writing():
        held, new = Membership.objects.get_or_create(
            user=user, organisation=organisation, role=role
        )
        if new:
            ledger.record(
                "accounts.membership.grant",
                subject_kind="accounts.person",
                subject_id=user.pk,
                label=str(user),
                actor=actor,
                at=at,
                facts={"role": role, "organisation": organisation.name},
            )
    return held


def revoke(membership: Membership, actor: Actor, at: datetime, why: str = "") -> None:
    """Take a role away."""
    if not (verdict := can_manage_people(actor)):
        raise NotAllowed(verdict.why)
    with ledger.writing():
        ledger.record(
            "accounts.membership.revoke",
            subject_kind="accounts.person",
            subject_id=membership.user_id,
            label=str(membership.user),
            actor=actor,
            at=at,
            why=why,
            facts={"role": membership.role, "organisation": membership.organisation.name},
        )
        membership.delete()


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
) -> Letter:
    """Write to a person, once per key.

    The worker sends the e-mail as a delivery of the ledger entry.
    """
    with ledger.writing():
        letter, new = Letter.objects.get_or_create(
            key=key[:120],
            defaults={
                "user": user,
                "name": one_line(name or str(user or ""))[:80],
                "email": email or (user.email if user else ""),
                "subject": one_line(subject)[:200],
                "body": body,
                "link": link,
                "created_at": at,
            },
        )
        if new and letter.email:
            ledger.record(
                "accounts.letter.write",
                subject_kind="accounts.letter",
                subject_id=letter.pk,
                label=letter.subject,
                actor=SYSTEM,
                at=at,
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


def keep_form_draft(user_id: int, place: str, values: str, at: datetime) -> None:
    """Keep what a person has typed so far."""
    kept = {"values": values[:200_000], "saved_at": at}
    FormDraft.objects.update_or_create(user_id=user_id, place=place[:120], defaults=kept)


def drop_form_draft(user_id: int, place: str) -> None:
    FormDraft.objects.filter(user_id=user_id, place=place[:120]).delete()


def keep_view(user_id: int, page: str, name: str, query: str) -> SavedView:
    """Keep a list's search, filters and order under a name; the same name writes over.

    Raises:
        Invalid: No name.
    """
    if not (called := normalise(name)[:60]):
        raise Invalid("view.name_missing", "name")
    kept = {"query": query[:600]}
    made, _ = SavedView.objects.update_or_create(
        user_id=user_id, page=page, name=called, defaults=kept
    )
    return made


def drop_view(user_id: int, page: str, name: str) -> None:
    SavedView.objects.filter(user_id=user_id, page=page, name=name).delete()


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
    link = f"\n\n{settings.KECHUANG_SITE}{letter.link}" if letter.link else ""
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
