"""The demo: sample records and one account per role. Refuses to exist outside demo mode."""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kechuang.district.accounts.models import Organisation, User
from kechuang.district.accounts.services import add_person, grant, keep_organisation
from kechuang.district.core import clock, ledger, worker
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.registers import Register, create, take
from kechuang.district.market.registers import ACHIEVEMENTS, DEMANDS
from kechuang.district.market.services import index
from kechuang.district.plan.queries import returns_visible_to
from kechuang.district.plan.registers import BULLETINS
from kechuang.district.plan.services import asking, milestones, returns, tasks
from kechuang.district.registry.models import Firm
from kechuang.district.registry.registers import ESTABLISHMENTS, RECOGNITIONS
from kechuang.district.registry.services import keep_firm
from kechuang.district.registry.services import years as firm_years
from kechuang.district.transfer.registers import CONTRACTS

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
_SUBMITTED, _CHECKED = 4, 3  # so many of each list wait for a colleague
Tell = Callable[[str], None]


def _rows(name: str) -> Iterator[dict[str, Any]]:
    path = Path(settings.KECHUANG_SAMPLES) / f"{name}.jsonl"
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def seed(tell: Tell) -> None:
    """Fill an empty database with samples.

    Raises:
        ImproperlyConfigured: Not in demo mode.
    """
    if not settings.KECHUANG_DEMO:
        raise ImproperlyConfigured("Demo records exist in demo mode only.")
    now = clock.now()
    with ledger.writing():
        known = _organisations(now)
        tell(f"单位 {len(known)} 家")
        people = _people(known, now)
        tell(f"账号 {len(people)} 个")
        officer = Actor(people["officer"].pk, "周敏", frozenset({"officer"}))
        tell(f"成果 {_listings('achievements', ACHIEVEMENTS, known, officer, now)} 条")
        tell(f"需求 {_listings('demands', DEMANDS, known, officer, now)} 条")
        contracts = [_contract(row, known, now) for row in _rows("contracts")]
        bulletins = [create(BULLETINS, "report", r, SYSTEM, now) for r in _rows("bulletins")]
        tell(f"技术合同 {len(contracts)} 份，通报 {len(bulletins)} 条")
        tell(f"平台与设施 {_establishments(known, now)} 个，任务 {_tasks(now)} 项")
    worker.drain()
    tell(f"匹配索引 {index.rebuild()}；语义向量由后台接着算")


def _establishments(known: dict[str, Organisation], now: datetime) -> int:
    count = 0
    for row in _rows("establishments"):
        count += 1
        days = {n: _day(row.get(n)) for n in ("approved_on", "ended_on")}
        values = {**row, **days, "operator": known.get(row.get("operator", ""))}
        create(ESTABLISHMENTS, "establish", values, SYSTEM, now, sample=True)
    return count


def _tasks(now: datetime) -> int:
    """All tasks opened, one milestone each from the samples, and last month's returns, some
    answered and some silent.
    """
    book = current_book()
    plan = book.plan
    if plan is None:
        return 0
    count = tasks.set_up(plan, now)
    made: dict[str, int] = {}
    for row in _rows("milestones"):
        after = [made[title] for title in row.get("after", ())]
        mark = milestones.add_milestone(
            plan, row["task"], row["title"], _day(row["due"]), SYSTEM, now, after
        )
        made[row["title"]] = mark.pk
        if reached := _day(row.get("reached_on")):
            milestones.reach_milestone(mark, reached, SYSTEM, now)
    today = clock.today()
    asked = workday_before(today, 12)
    asking.ask_month(book, [plan], f"{asked:%Y-%m}", now, asked)
    said = {(r["task"], r["body"]): r for r in _rows("returns")}
    for thing in returns_visible_to(SYSTEM).filter(plan=plan.id):
        if answer := said.get((thing.task, thing.body)):
            body = Actor(0, thing.body, frozenset({f"body:{thing.body}"}))
            returns.submit_return(thing, answer, body, now)
    return count


def workday_before(today: date, count: int) -> date:
    """The working day ``count`` working days before."""
    return asking.workdays(current_book()).after(today, -count)


def _organisations(now: datetime) -> dict[str, Organisation]:
    known: dict[str, Organisation] = {}
    for row in _rows("organisations"):
        organisation, _ = keep_organisation(
            row["code"], row["name"], row["kind"], SYSTEM, now, former_names=row["former_names"]
        )
        known[row["code"]] = organisation
        if row["kind"] != "enterprise":
            continue
        firm = keep_firm(organisation, {**row, "founded_on": _day(row["founded_on"])}, SYSTEM, now)
        for held in row["recognitions"]:
            values = {
                "firm": firm,
                "rung": held["rung"],
                "number": held["number"],
                "valid_from": _day(held["from"]),
                "valid_until": _day(held["until"]),
            }
            create(RECOGNITIONS, "record", values, SYSTEM, now)
    for row in _rows("firm_years"):
        firm = Firm.objects.get(organisation=known[row["code"]])
        firm_years.take_in(firm, row["year"], row["facts"], row["source"], SYSTEM, now)
    return known


def _people(known: dict[str, Organisation], now: datetime) -> dict[str, User]:
    places = {
        kind: next((o for o in known.values() if o.kind == kind), None)
        for kind in ("bureau", "centre", "enterprise", "university", "institute")
    }
    home = {
        "broker": "centre",
        "enterprise": "enterprise",
        "researcher": "university",
        "reviewer": "institute",
    }
    people: dict[str, User] = {}
    for email, name, _ in ACCOUNTS:
        short = email.split("@")[0]
        user = add_person(email, name, PASSWORD, SYSTEM, now, is_demo=True)
        organisation = places[home.get(short, "bureau")]
        assert organisation
        grant(user, organisation, _ROLE.get(short, short), SYSTEM, now)
        people[short] = user
    return people


def _listings(
    name: str,
    register: Register[Any],
    known: dict[str, Organisation],
    officer: Actor,
    now: datetime,
) -> int:
    count = 0
    for count, row in enumerate(_rows(name), 1):
        values = {
            **row,
            "owner": known.get(row["owner"]),
            "summary": row.get("text", ""),
            "reference": None,
        }
        held = {n: v for n, v in values.items() if n in {c.field for c in register.columns}}
        if count <= _SUBMITTED + _CHECKED:
            thing = create(register, "take_in", held, SYSTEM, now, sample=True)
            if count > _SUBMITTED:
                take(register, "check", thing, {}, officer, now)
        else:
            create(register, "take_in_published", held, SYSTEM, now, sample=True)
    return count


def _contract(row: dict[str, Any], known: dict[str, Organisation], now: datetime) -> object:
    values = {**row, "seller": known[row["seller"]], "buyer": known[row["buyer"]]}
    return create(CONTRACTS, "take_in", values, SYSTEM, now, sample=True)
