"""The demo's accounts: one a role, with a public password."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from kechuang.district.accounts.models import Organisation, User
from kechuang.district.accounts.queries import actor_of
from kechuang.district.accounts.services import add_person, grant
from kechuang.district.core import ledger
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.ledger import Line

PASSWORD = "kechuang-demo"  # noqa: S105 - public, and refused outside demo mode
ACCOUNTS = [
    ("officer@demo.example", "周敏", "科技局工作人员"),
    ("approver@demo.example", "郑凯", "审批人"),
    ("broker@demo.example", "林涛", "技术经理人"),
    ("enterprise@demo.example", "孙悦", "企业成员"),
    ("researcher@demo.example", "何静", "科研人员或转移办公室"),
    ("reviewer@demo.example", "唐宁", "评审专家"),
    ("auditor@demo.example", "马骏", "审计人员"),
    ("admin@demo.example", "高原", "管理员"),
]
_ROLE = {"admin": "administrator"}


@dataclass(frozen=True)
class People:
    """The accounts by the first part of their address, as users and as who acts."""

    users: dict[str, User]
    actors: dict[str, Actor]

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]


def add_people(homes: dict[str, Organisation], at: datetime) -> People:
    """One account a role, each in its organisation; ``homes`` names those that are not the bureau's."""
    users: dict[str, User] = {}
    one_for_all = make_password(PASSWORD)  # a hash takes its time on purpose
    for email, name, _ in ACCOUNTS:
        short = email.split("@")[0]
        user = add_person(email, name, None, SYSTEM, at, is_demo=True)
        grant(user, homes.get(short, homes["bureau"]), _ROLE.get(short, short), SYSTEM, at)
        users[short] = user
    User.objects.filter(is_demo=True).update(password=one_for_all)
    EmailAddress.objects.filter(user__is_demo=True).update(verified=True)
    kind = "accounts.person"
    lines = [Line(f"{kind}.begin", kind, u.pk, str(u)) for u in users.values()]
    ledger.record_many(lines, SYSTEM, at)
    return People(users, {short: actor_of(user) for short, user in users.items()})
