"""The market's own work: listings that wait, introductions in every state, what came of them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import create, take
from kechuang.district.market.models import Introduction, Invitation
from kechuang.district.market.registers import ACHIEVEMENTS, DEMANDS
from kechuang.district.market.services import introductions, waiting
from kechuang.district.transfer.registers import CONTRACTS
from kechuang.simulation import Offer, Want
from kechuang.simulation.calendar import month_end

from .cast import Cast
from .stage import Stage

# how many days ago an introduction began, and what became of it
_INTRODUCED = (
    (230, "contract"),
    (205, "declined"),
    (182, "lapsed"),
    (160, "contract"),
    (141, "withdrawn"),
    (120, "contract"),
    (101, "declined"),
    (93, "agreed"),
    (77, "contract"),
    (64, "lapsed"),
    (52, "declined"),
    (41, "contract"),
    (33, "agreed"),
    (26, "declined"),
    (21, "agreed"),
    (15, "signed"),
    (12, "agreed"),
    (9, "half"),
    (7, "asking"),
    (6, "half"),
    (4, "open"),
    (3, "asking"),
    (2, "open"),
    (1, "open"),
)
_HELLO = "两边的指标对得上，想请您们约个时间谈谈样机和现场条件。"
_WHY_NOT = (
    "今年预算已经定了，明年再谈。",
    "我们的工况温度更高，暂时不合适。",
    "已经选了别家的方案。",
)
_QUESTIONS = ("能否先看第三方检测报告？", "改造要停线几天，费用大概多少？")


def stage_market(stage: Stage, cast: Cast) -> None:
    """Listings on their way through the hands of two people, and introductions."""
    for register, rows in ((ACHIEVEMENTS, cast.made.offers), (DEMANDS, cast.made.wants)):
        for row in rows:
            if row.state == "checked":
                stage.at(row.day + timedelta(days=1), _checking(cast, register, row.number), 11)
    pool = _pairs(cast)
    for days, fate in reversed(_INTRODUCED):
        known = [p for p in pool if all(_shown_on(row) < stage.ago(days) for row in p)]
        if known:
            pool.remove(known[-1])
            stage.at(stage.ago(days), _introducing(stage, cast, known[-1], fate), 10)
    _stage_drafts(stage, cast)


def _pairs(cast: Cast) -> list[tuple[Want, Offer]]:
    """Open demands each with a true answer; those of the enterprise's firm come last."""
    offers = {o.number: o for o in cast.made.offers}
    good = [w for w in cast.made.wants if w.state == "published" and w.answers]
    good.sort(key=lambda w: (w.owner == cast.firm, w.day))
    found = []
    for want in good:
        known = [offers[n] for n in want.answers if offers[n].owner != want.owner]
        fit = [o for o in known if o.trl >= want.trl - 1] or known
        if fit:
            found.append((want, fit[-1]))
    return found


def _shown_on(row: Want | Offer) -> date:
    """The sheets of a month are brought in at its end."""
    return month_end(row.day.year, row.day.month)


def _checking(cast: Cast, register: Any, number: str) -> Callable[[datetime], object]:
    return lambda at: take(register, "check", cast.known.listings[number], {}, cast["broker"], at)


def _introducing(
    stage: Stage, cast: Cast, pair: tuple[Want, Offer], fate: str
) -> Callable[[datetime], object]:
    def act(at: datetime) -> None:
        want, offer = (cast.known.listings[row.number] for row in pair)
        persons = [
            introductions.Person("firm", *_contact(cast, pair[0].owner, pair[1].people[-1])),
            introductions.Person("owner", *_contact(cast, pair[1].owner, pair[1].people[0])),
        ]
        made = introductions.start(
            want, offer, persons, _HELLO, cast["broker"], at, overruled="双方行业对口，先见面谈"
        )
        _go_on(stage, cast, made, fate, at)

    return act


def _contact(cast: Cast, owner: str, name: str) -> tuple[str, str]:
    """Who is asked: the demo's own people where they belong, else somebody of that organisation."""
    for short in ("enterprise", "researcher"):
        if cast.known.organisations[owner].pk in cast[short].organisations:
            return cast[short].label, f"{short}@demo.example"
    return name, f"p{cast.known.organisations[owner].pk}@sample.example"


def _go_on(stage: Stage, cast: Cast, made: Introduction, fate: str, at: datetime) -> None:
    """Everything that followed, as far as it lies in the past."""
    soon = min(at + timedelta(days=2), stage.now)
    later = min(at + timedelta(days=9), stage.now)
    firm, owner = made.invitations.order_by("side")
    if fate in ("contract", "signed", "agreed", "half", "asking"):
        _answer(firm, "accept", soon, "愿意谈。")
    if fate in ("contract", "signed", "agreed"):
        _answer(owner, "accept", soon, "可以安排来看样机。")
    elif fate == "asking":
        _answer(owner, "ask", soon, _QUESTIONS[made.pk % 2])
    elif fate == "declined":
        _answer(owner, "decline", soon, _WHY_NOT[made.pk % 3])
    elif fate == "withdrawn":
        introductions.withdraw(made, cast["broker"], soon, "企业已经自己解决")
    elif fate == "lapsed":
        waiting.lapse(made, at + timedelta(days=30))
    if fate in ("contract", "signed"):
        _sign(cast, made, later, register=fate == "contract")


def _answer(invitation: Invitation, what: str, at: datetime, words: str) -> None:
    person = Actor(0, invitation.name, frozenset({f"invitee:{invitation.pk}"}))
    getattr(introductions, what)(invitation, person, at, words)


def _sign(cast: Cast, made: Introduction, at: datetime, *, register: bool) -> None:
    made.refresh_from_db()
    seller, buyer = made.achievement.owner, made.demand.owner
    fen = (30 + made.pk * 37 % 260) * 1_000_000
    values = {
        "name": f"{made.achievement.title}技术开发合同"[:300],
        "kind": "development",
        "seller": seller,
        "buyer": buyer,
        "amount_fen": fen,
        "technology_fen": fen,
        "signed_on": at.date(),
    }
    contract = create(
        CONTRACTS, "record", values, cast["broker"], at, introduction=made, sample=True
    )
    if register:
        day = at + timedelta(days=6)
        told = {"number": f"YL-DJ-{made.pk:06d}", "registered_on": day.date()}
        seen = contract.version
        take(CONTRACTS, "register", contract, told, cast["officer"], day, version=seen)


def _stage_drafts(stage: Stage, cast: Cast) -> None:
    """Listings that their owners are still writing."""

    def result(at: datetime) -> None:
        values = {
            "title": "面向海上风电的水性环氧防腐涂层",
            "summary": "石墨烯鳞片阻隔，耐盐雾数据还在整理。",
            "field": "新材料",
            "owner": cast.known.organisations[cast.university],
        }
        create(ACHIEVEMENTS, "draft", values, cast["researcher"], at, sample=True)

    def problem(at: datetime) -> None:
        values = {
            "title": "新产线节拍提不上去",
            "problem": "换型一次要四个小时，想把时间压到一小时以内。",
            "owner": cast.known.organisations[cast.firm],
        }
        create(DEMANDS, "draft", values, cast["enterprise"], at, sample=True)

    stage.at(stage.ago(2), result, 15)
    stage.at(stage.ago(1), problem, 15)
