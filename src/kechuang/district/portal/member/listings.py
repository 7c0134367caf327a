"""What the pages of achievements and demands have of their own: matches and introductions."""

from typing import Any

from kechuang.district.accounts.queries import own_organisations
from kechuang.district.accounts.roles import is_staff
from kechuang.district.core.actor import Actor
from kechuang.district.market.queries import introductions_visible_to
from kechuang.district.market.registers import ACHIEVEMENTS, DEMANDS
from kechuang.district.market.services.matching import may_match
from kechuang.district.portal.registers.own import OWN, Given, Own
from kechuang.engines.base.sayings import Said

from .wishes import wishes_about


def _page(kind: str) -> Any:
    def facts(actor: Actor, thing: Any) -> Given:
        seen = introductions_visible_to(actor).filter(**{kind: thing})[:20] if actor.id else []
        matched = thing.state == "published" and actor.id and may_match(actor, thing)
        return {
            "kind": kind,
            "can_match": matched,
            "introductions": seen,
            **wishes_about(actor, thing),
        }

    return facts


def _prefill(actor: Actor, carried: Given) -> Given:
    own = None if is_staff(actor) else own_organisations(actor).first()
    return {"owner": own.code if own else None, "confidentiality": "open"}


def _warns(step: str, thing: Any, actor: Actor) -> list[str]:
    return [Said("listing.goes_back")] if step == "rework" else []


OWN[ACHIEVEMENTS.name] = Own(page_facts=_page("achievement"), prefill=_prefill, warns=_warns)
OWN[DEMANDS.name] = Own(page_facts=_page("demand"), prefill=_prefill, warns=_warns)
