"""Records for tests, made the way the house makes them: by services."""

import io
from datetime import UTC, date, datetime

import xlsxwriter
from django.db.models import Model

from kechuang.district.accounts.models import LetterLink, Organisation, User
from kechuang.district.accounts.queries import actor_of
from kechuang.district.accounts.services import add_person, grant, keep_organisation
from kechuang.district.core import held, ledger, worker
from kechuang.district.core.actor import SYSTEM, VISITOR, Actor
from kechuang.district.core.ledger import Line
from kechuang.district.market.models import Achievement, Demand, Introduction, Invitation
from kechuang.district.market.services import introductions
from kechuang.district.plan.models import MonthlyReturn
from kechuang.district.transfer.models import Contract
from kechuang.engines.base.identifiers import credit_check
from tests import listings
from tests.steps import take_in

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


def code(number: int, prefix: str = "91120112") -> str:
    """A valid credit code."""
    body = f"{prefix}MA{number:07d}"
    return body + credit_check(body)


def sheet(*rows: list[object]) -> bytes:
    """An .xlsx of one page."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        page = made.add_worksheet()
        for n, row in enumerate(rows):
            page.write_row(n, 0, row)
    return stream.getvalue()


class World:
    """A small district: a bureau, a centre, two rival firms, a university, and one person per role."""

    def __init__(self) -> None:
        self.count = 0
        self.bureau = self.organisation("津南区科技局", "bureau")
        self.centre = self.organisation("成果运营中心", "centre")
        self.firm = self.organisation("甲电池有限公司", "enterprise")
        self.rival = self.organisation("乙电池有限公司", "enterprise")
        self.university = self.organisation("海河大学", "university")
        homes = {
            "officer": self.bureau,
            "officer2": self.bureau,
            "approver": self.bureau,
            "broker": self.centre,
            "enterprise": self.firm,
            "rival": self.rival,
            "researcher": self.university,
            "reviewer": self.university,
            "auditor": self.bureau,
            "administrator": self.bureau,
        }
        self.users = {name: self.person(name, home) for name, home in homes.items()}

    def organisation(self, name: str, kind: str) -> Organisation:
        self.count += 1
        return keep_organisation(code(self.count), name, kind, SYSTEM, NOW)[0]

    def person(self, name: str, organisation: Organisation) -> User:
        user = add_person(f"{name}@x.example", f"{name}某", PASSWORD, SYSTEM, NOW)
        grant(
            user,
            organisation,
            {"officer2": "officer", "rival": "enterprise"}.get(name, name),
            SYSTEM,
            NOW,
        )
        return user

    def actor(self, name: str) -> Actor:
        return VISITOR if name == "visitor" else actor_of(self.users[name])

    @property
    def everybody(self) -> dict[str, Actor]:
        return {"visitor": VISITOR} | {name: self.actor(name) for name in self.users}

    def achievement(
        self, title: str = "动力电池液冷热管理技术", state: str = "published", **values: object
    ) -> Achievement:
        given = {
            "title": title,
            "summary": f"{title}：微通道冷板与控制策略，温差小于3℃，已完成中试。",
            "keywords": ["动力电池", "热管理"],
            "field": "新能源与节能",
            "trl": 7,
            "modes": ["transfer", "licence"],
            "price_fen": 50_000_000,
            "owner": self.university,
            "people": ["何静"],
            "patents": [],
            **values,
        }
        return self._bring(Achievement(), given, state)

    def demand(
        self, title: str = "快充电池包散热", state: str = "published", **values: object
    ) -> Demand:
        given = {
            "title": title,
            "problem": f"{title}：快充时动力电池温差大，热管理跟不上，需要液冷方案。",
            "wanted": "温差小于5℃",
            "tried": "",
            "keywords": ["动力电池"],
            "field": "新能源与节能",
            "trl": 6,
            "modes": ["transfer"],
            "budget_fen": 80_000_000,
            "due_on": date(2027, 6, 1),
            "confidentiality": "open",
            "owner": self.firm,
            **values,
        }
        return self._bring(Demand(), given, state)

    def _bring(self, thing, values, state):
        if state == "published":
            return listings.take_in_published(thing, values, SYSTEM, NOW)
        if state == "submitted":
            return listings.take_in(thing, values, SYSTEM, NOW)
        writer = self.actor("enterprise" if isinstance(thing, Demand) else "researcher")
        made = listings.draft(thing, values, writer, NOW)
        if state == "paused":
            raise AssertionError("publish first")
        return made

    def introduction(
        self, demand: Demand, achievement: Achievement, **values: object
    ) -> Introduction:
        persons = [
            introductions.Person("firm", "赵一", "zhao@x.example"),
            introductions.Person("owner", "钱二", "qian@x.example"),
        ]
        worker.drain()
        return introductions.start(
            demand,
            achievement,
            values.pop("persons", persons),
            "想介绍双方认识",
            self.actor("broker"),
            values.pop("at", NOW),
            **values,
        )

    def contract(
        self, number: str, yuan: int, day: date = date(2026, 5, 5), **values: object
    ) -> Contract:
        given = {
            "number": number,
            "name": f"合同{number}",
            "kind": "development",
            "seller": self.university,
            "buyer": self.firm,
            "amount_fen": yuan * 100,
            "technology_fen": None,
            "signed_on": day,
            "registered_on": day,
            **values,
        }
        return take_in(given, SYSTEM, NOW)


def token_of(thing: Invitation | MonthlyReturn) -> str:
    """What stands in the last letter to the person asked, or to the body that owes a return; it
    opens on whatever day the tests run.
    """
    invited = isinstance(thing, Invitation)
    kind = ("introduction", str(thing.pk)) if invited else ("return", thing.body)
    link = LetterLink.objects.filter(purpose=kind[0], subject_id=kind[1]).latest("pk")
    LetterLink.objects.filter(pk=link.pk).update(expires_at=datetime(2999, 1, 1, tzinfo=UTC))
    told(link)
    return link.token


def told(*things: Model) -> None:
    """An entry of records that a test wrote as no service would: they are proved from here on."""
    lines = []
    for thing in things:
        kept = held.kept_of(type(thing))
        assert kept
        lines.append(Line("test.write", kept.kind_of(thing), thing.pk, str(thing)))
    with ledger.writing():
        ledger.record_many(lines, SYSTEM, NOW)
