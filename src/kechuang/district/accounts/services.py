from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction

from kechuang.district.core import ledger
from kechuang.district.core.actor import Actor
from kechuang.engines.base.errors import Invalid, NotAllowed
from kechuang.engines.base.identifiers import parse_credit_code
from kechuang.engines.text import comparable, normalise

from .models import Letter, Membership, Organisation, User
from .permissions import can_keep_organisations, can_manage_people
from .roles import ROLES

_SEND_TRIES = 5


def _search(organisation: Organisation) -> str:
    return comparable(" ".join([organisation.name, *organisation.former_names, organisation.code]))


def keep_organisation(
    code: str, name: str, kind: str, actor: Actor, at: datetime, *, former_names: Sequence[str] = ()
) -> tuple[Organisation, bool]:
    """Find an organisation by its code, or add it. A new name makes the old one a former name.

    Returns:
        The organisation and whether something was written.
    """
    if not (verdict := can_keep_organisations(actor)):
        raise NotAllowed(verdict.why)
    code, name = parse_credit_code(code, "code"), normalise(name)
    if not name:
        raise Invalid("请填写单位名称", "name")
    with transaction.atomic():
        found = Organisation.objects.select_for_update().filter(code=code).first()
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
            f"accounts.organisation.{step}", subject_kind="accounts.organisation", subject_id=found.pk, label=name,
            actor=actor, at=at, facts=facts,
        )  # fmt: skip
    return found, True


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
        raise NotAllowed("演示账号只在演示模式中存在")
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as e:
        raise Invalid("邮箱不对，请核对", "email") from e
    if User.objects.filter(email=email).exists():
        raise Invalid("这个邮箱已有账号", "email")
    with transaction.atomic():
        user = User(username=email, email=email, name=normalise(name), is_demo=is_demo)
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
        raise Invalid("没有这个角色", "role")
    with transaction.atomic():
        held, new = Membership.objects.get_or_create(
            user=user, organisation=organisation, role=role
        )
        if new:
            ledger.record(
                "accounts.membership.grant", subject_kind="accounts.person", subject_id=user.pk, label=str(user),
                actor=actor, at=at, facts={"role": role, "organisation": organisation.name},
            )  # fmt: skip
    return held


def revoke(membership: Membership, actor: Actor, at: datetime, why: str = "") -> None:
    """Take a role away."""
    if not (verdict := can_manage_people(actor)):
        raise NotAllowed(verdict.why)
    with transaction.atomic():
        ledger.record(
            "accounts.membership.revoke", subject_kind="accounts.person", subject_id=membership.user_id,
            label=str(membership.user), actor=actor, at=at, why=why,
            facts={"role": membership.role, "organisation": membership.organisation.name},
        )  # fmt: skip
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
    """Write to a person, once per key. The worker sends the e-mail."""
    letter, _ = Letter.objects.get_or_create(
        key=key[:120],
        defaults={
            "user": user, "name": name or str(user or ""), "email": email or (user.email if user else ""),
            "subject": subject[:200], "body": body, "link": link, "created_at": at,
        },
    )  # fmt: skip
    return letter


def mark_read(letter: Letter, at: datetime) -> None:
    if letter.read_at is None:
        letter.read_at = at
        letter.save(update_fields=["read_at"])


def send_waiting(at: datetime, most: int = 20) -> int:
    """Send letters by e-mail; returns how many were tried. A refusal is kept and tried again, five times."""
    waiting = list(
        Letter.objects.filter(sent_at=None, tries__lt=_SEND_TRIES)
        .exclude(email="")
        .order_by("id")[:most]
    )
    for letter in waiting:
        link = f"\n\n{settings.KECHUANG_SITE}{letter.link}" if letter.link else ""
        try:
            send_mail(letter.subject, letter.body + link, None, [letter.email])
        except OSError as e:
            letter.tries, letter.failed = letter.tries + 1, str(e)[:300]
        else:
            letter.sent_at, letter.failed = at, ""
        letter.save(update_fields=["tries", "failed", "sent_at"])
    return len(waiting)
