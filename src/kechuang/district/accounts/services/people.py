"""Accounts and roles: invited, begun by the person's own password, ended."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from kechuang.district.accounts.models import LetterLink, Membership, Organisation, User
from kechuang.district.accounts.permissions import can_manage_people
from kechuang.district.accounts.queries import actor_of, is_refused, users_with_role
from kechuang.district.accounts.roles import ROLES
from kechuang.district.core import ledger
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.engines.base.errors import Invalid, NotAllowed, WrongState
from kechuang.engines.base.sayings import Said

from .letters import check_name, write_letter
from .links import Opening, make_link, use_link, withdraw_links, withdraw_of

_WAYS = ("mail", "slip")
_KIND = "accounts.person"


@dataclass(frozen=True)
class Newcomer:
    """Somebody who is to have an account, and the first role."""

    name: str
    email: str
    organisation: Organisation
    role: str


def add_person(
    email: str,
    name: str,
    password: str | None,
    actor: Actor,
    at: datetime,
    *,
    is_demo: bool = False,
) -> User:
    """A new account. A password is given by who begins a house at its machine, for himself, and
    the address is then taken as proved; everybody else sets it by an invitation.
    """
    _must_manage(actor)
    if password is not None and not actor.is_system:
        raise NotAllowed("person.sets_own_password")
    if is_demo and not (settings.KECHUANG_DEMO or settings.TESTING):
        raise NotAllowed("person.demo_only")
    email, name = _new_address(email), check_name(name, "name")
    if not name:
        raise Invalid("person.name_and_email", "name")
    with ledger.writing():
        user = User(username=uuid.uuid4().hex, email=email, name=name, is_demo=is_demo)
        if password is not None and not is_demo:
            _check_password(password, user)
        user.set_password(password)
        user.save()
        proved = password is not None
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=proved)
        _tell("add", user, actor, at)
    return user


def _must_manage(actor: Actor) -> None:
    if not (verdict := can_manage_people(actor)):
        raise NotAllowed(verdict.why)


def _new_address(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as e:
        raise Invalid("person.email", "email") from e
    taken = Q(email=email) | Q(emailaddress__email=email, emailaddress__verified=True)
    if User.objects.filter(taken).exists():
        raise Invalid("person.email_taken", "email")
    return email


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as e:
        raise Invalid("person.password_weak", "password", words=e.messages) from e


def _tell(
    step: str,
    user: User,
    actor: Actor,
    at: datetime,
    why: str = "",
    facts: dict[str, object] | None = None,
) -> None:
    ledger.record(
        f"{_KIND}.{step}",
        subject_kind=_KIND,
        subject_id=user.pk,
        label=str(user),
        actor=actor,
        at=at,
        why=why,
        facts=facts,
    )


def invite(new: Newcomer, way: str, actor: Actor, at: datetime) -> LetterLink:
    """An account for somebody, who begins it by a letter or by a printed slip."""
    with ledger.writing():
        user = add_person(new.email, new.name, None, actor, at)
        grant(user, new.organisation, new.role, actor, at)
        return _call_in(user, way, actor, at)


def invite_again(user: User, way: str, actor: Actor, at: datetime, email: str = "") -> LetterLink:
    """A new invitation of who has not begun, at another address if need be, or of who was shut out.
    The old one opens no more.
    """
    _must_manage(actor)
    if user.is_active and user.has_usable_password():
        raise WrongState("person.has_begun")
    with ledger.writing():
        if (email := email.strip().lower()) and email != user.email:
            EmailAddress.objects.filter(user=user).delete()
            user.email = _new_address(email)
            EmailAddress.objects.create(user=user, email=user.email, primary=True)
        enabled, user.is_active = not user.is_active, True
        user.save(update_fields=["email", "is_active"])
        if enabled:
            _tell("enable", user, actor, at)
        withdraw_of(user, at, Said("link.replaced"))
        return _call_in(user, way, actor, at)


def _call_in(user: User, way: str, actor: Actor, at: datetime) -> LetterLink:
    if way not in _WAYS:
        raise Invalid("person.invite_how", "way")
    _tell("invite", user, actor, at, facts={"way": way})
    if way == "slip":
        opening = Opening("slip", _KIND, user.pk)
        return make_link(opening, at, name=user.name, email=user.email, user=user)
    number = LetterLink.objects.filter(user=user, purpose="invitation").count()
    letter = write_letter(
        f"invite-{user.pk}-{number}",
        "请开通您的账号",
        f"{user.name}：\n\n管理员为您开了账号，登录名就是这个邮箱。请打开链接，自己设一个密码。",
        at,
        name=user.name,
        email=user.email,
        opens=Opening("invitation", _KIND, user.pk, user),
    )
    assert letter.opens
    return letter.opens


def renew_invitation(link: LetterLink, at: datetime) -> None:
    """A new invitation for one that expired, by who holds it; nothing once another is on its way."""
    user = link.user
    assert user
    newer = LetterLink.objects.filter(user=user, purpose="invitation", pk__gt=link.pk)
    if user.is_active and not user.has_usable_password() and not newer.exists():
        with ledger.writing():
            _call_in(user, "mail", SYSTEM, at)


def ask_new_password(user: User, at: datetime) -> None:
    """A letter by which a person sets a new password: to the proved address, and once begun."""
    proved = EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()
    if not (proved and user.is_active and user.has_usable_password()) or is_refused(user):
        return
    with ledger.writing():
        withdraw_links(
            LetterLink.objects.filter(user=user, purpose="password"),
            actor_of(user),
            at,
            Said("link.replaced"),
        )
        number = LetterLink.objects.filter(user=user, purpose="password").count()
        write_letter(
            f"password-{user.pk}-{number}",
            "重设密码",
            f"{user.name}：\n\n有人（应当是您）请求重设密码。请打开链接设一个新密码；不是您，就不用理会。",
            at,
            name=user.name,
            email=user.email,
            opens=Opening("password", _KIND, user.pk, user),
        )


def begin_with(link: LetterLink, password: str, at: datetime) -> User:
    """Set one's own password by the link of an invitation, a slip, or a forgotten password.

    A letter that was opened proves its address; paper proves none.
    """
    user = link.user
    assert user
    _check_password(password, user)
    with ledger.writing():
        use_link(link, at)
        user.set_password(password)
        user.save(update_fields=["password"])
        if link.purpose == "invitation":
            EmailAddress.objects.filter(user=user, email=link.email).update(verified=True)
        withdraw_of(user, at, Said("link.replaced"), but=link.pk)
        step = "reset_password" if link.purpose == "password" else "begin"
        _tell(step, user, actor_of(user), at, facts={"link": link.pk})
    return user


def grant(
    user: User, organisation: Organisation, role: str, actor: Actor, at: datetime
) -> Membership:
    """Give a role in an organisation."""
    _must_manage(actor)
    if role not in ROLES:
        raise Invalid("person.no_such_role", "role")
    with ledger.writing():
        held, new = Membership.objects.get_or_create(
            user=user, organisation=organisation, role=role
        )
        if new:
            ledger.record(
                "accounts.membership.grant",
                subject_kind=_KIND,
                subject_id=user.pk,
                label=str(user),
                actor=actor,
                at=at,
                facts={"role": role, "organisation": organisation.name},
            )
    return held


def revoke(membership: Membership, actor: Actor, at: datetime, why: str = "") -> None:
    """Take a role away."""
    _must_manage(actor)
    with ledger.writing():
        if membership.role == "administrator":
            _must_not_be_last(membership.user)
        membership.delete()
        ledger.record(
            "accounts.membership.revoke",
            subject_kind=_KIND,
            subject_id=membership.user_id,
            label=str(membership.user),
            actor=actor,
            at=at,
            why=why,
            facts={"role": membership.role, "organisation": membership.organisation.name},
        )


def _must_not_be_last(user: User) -> None:
    if not users_with_role("administrator").exclude(pk=user.pk).exists():
        raise WrongState("person.last_administrator")


def disable(user: User, actor: Actor, at: datetime, why: str) -> None:
    """Shut an account: its sessions, its links, its roles and its password end at once."""
    _must_manage(actor)
    if user.pk == actor.id:
        raise NotAllowed("person.not_yourself")
    if not why.strip():
        raise Invalid("step.why_missing", "why")
    with ledger.writing():
        user.is_active = False
        user.set_unusable_password()  # every session rests on it
        user.save(update_fields=["is_active", "password"])
        _tell("disable", user, actor, at, why)
        for membership in user.memberships.select_related("organisation", "user"):
            revoke(membership, actor, at, why)
        withdraw_of(user, at, Said("link.account_shut"))


def note_visit(user_id: int, day: date) -> None:
    """Note the day on which a person was last here."""
    User.objects.filter(pk=user_id).exclude(last_seen_on=day).update(last_seen_on=day)
