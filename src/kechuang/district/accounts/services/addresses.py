"""The address of a person: another counts only once the link that was sent to it is opened."""

from datetime import datetime

from allauth.account.models import EmailAddress

from kechuang.district.accounts.models import LetterLink, User
from kechuang.district.accounts.queries import actor_of, verified_address
from kechuang.district.core import ledger
from kechuang.engines.base.errors import NotFound
from kechuang.engines.base.sayings import Said

from .letters import write_letter
from .links import Opening, use_link, withdraw_links, withdraw_of

_KIND = "accounts.address"


def ask_proof(address: EmailAddress, at: datetime) -> None:
    """Write to a new address for its owner to prove it, and to the old one that this was asked."""
    user: User = address.user
    with ledger.writing():
        made = LetterLink.objects.filter(user=user, purpose="address")
        withdraw_links(made, actor_of(user), at, Said("link.replaced"))
        number = made.count()
        write_letter(
            f"address-{user.pk}-{number}",
            "请确认您的邮箱",
            f"{user.name}：\n\n有人（应当是您）把这个邮箱填作账号的邮箱。打开链接确认之后它才算数；不是您，就不用理会。",
            at,
            name=user.name,
            email=address.email,
            opens=Opening("address", _KIND, address.pk, user),
        )
        if address.email != user.email:
            _tell_old(user, verified_address(user), address.email, f"asked-{number}", at)
            _record("ask_address", user, user.email, address.email, at)


def address_of(link: LetterLink) -> EmailAddress:
    """The address that a link proves.

    Raises:
        NotFound: The person has given it up meanwhile.
    """
    found = EmailAddress.objects.filter(pk=link.subject_id, user=link.user, email=link.email)
    if address := found.first():
        return address
    raise NotFound("link.address_given_up")


def note_proved(
    link: LetterLink, address: EmailAddress, old: str, proved: str, at: datetime
) -> None:
    """What follows when an address was proved (inside the transaction that proved it): links to
    the old one open no more, and the old one is told.

    Args:
        old: The address before; ``proved`` the same, or "" when nobody had proved it.
    """
    user: User = address.user
    use_link(link, at)
    if old == address.email:
        _record("prove_address", user, old, old, at)
        return
    withdraw_of(user, at, Said("link.addressee_changed"), but=link.pk)
    _tell_old(user, proved, address.email, f"changed-{link.pk}", at)
    _record("change_address", user, old, address.email, at)


def _tell_old(user: User, old: str, new: str, what: str, at: datetime) -> None:
    if not old:
        return
    done = what.startswith("changed")
    words = (
        f"您的账号的邮箱已改为 {new}，今后的信寄到那里；寄到这里的链接都不能再用。"
        if done
        else f"有人请求把您的账号的邮箱改为 {new}。那边确认之前，仍用这个邮箱。"
    )
    write_letter(
        f"old-address-{user.pk}-{what}",
        "您的账号换了邮箱" if done else "有人请求更换您的账号的邮箱",
        f"{user.name}：\n\n{words}\n\n不是您做的，请马上告诉管理员。",
        at,
        name=user.name,
        email=old,
    )


def _record(step: str, user: User, old: str, new: str, at: datetime) -> None:
    ledger.record(
        f"accounts.person.{step}",
        subject_kind="accounts.person",
        subject_id=user.pk,
        label=str(user),
        actor=actor_of(user),
        at=at,
        facts={"was": old, "now": new},
    )
