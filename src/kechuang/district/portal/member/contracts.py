"""What a contract's pages have of their own: the introduction it comes from, the target it counts
for.
"""

from collections.abc import Mapping
from typing import Any

from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.district.market.queries import introductions_visible_to
from kechuang.district.portal.registers.own import OWN, Given, Own
from kechuang.district.portal.requests import one
from kechuang.district.transfer.registers import CONTRACTS


def _page(actor: Actor, contract: Any) -> Given:
    found = introductions_visible_to(actor).filter(pk=contract.introduction_id).first()
    return {"introduction": found}


def _carried(actor: Actor, asked: Mapping[str, str]) -> dict[str, Any]:
    """The introduction that a new contract is what came of."""
    given = asked.get("introduction", "")
    return {"introduction": one(introductions_visible_to(actor), given)} if given else {}


def _prefill(actor: Actor, carried: Given) -> Given:
    introduction = carried.get("introduction")
    if introduction is None:
        return {}
    demand, achievement = introduction.demand, introduction.achievement
    return {
        "name": achievement.title,
        "seller": achievement.owner.reference if achievement.owner else None,
        "buyer": demand.owner.reference if demand.owner else None,
        "kind": "development",
        "signed_on": clock.today(),
    }


def _proposes(step: str, contract: Any) -> Given:
    return {"registered_on": clock.today()} if step == "register" else {}


OWN[CONTRACTS.name] = Own(page_facts=_page, carried=_carried, prefill=_prefill, proposes=_proposes)
