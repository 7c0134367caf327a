"""What the pages of a wish have of their own, and its buttons on the page of what it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from kechuang.district.accounts.roles import is_staff
from kechuang.district.core.actor import Actor
from kechuang.district.market.models import Demand, Listing, Wish
from kechuang.district.market.queries import (
    achievements_visible_to,
    demands_visible_to,
    introductions_visible_to,
    wishes_visible_to,
)
from kechuang.district.market.registers import WISHES
from kechuang.district.portal.listings import owner_name
from kechuang.district.portal.registers.own import OWN, Given, Own
from kechuang.district.portal.requests import one

_OPEN = ("asked", "answered", "taken_up", "following")
_MOST = 20


@dataclass(frozen=True)
class Deed:
    """Something that a person may wish of a record: asked by a form, or done at once."""

    name: str
    label: str
    url: str
    at_once: bool


def wishes_about(actor: Actor, thing: Listing) -> Given:
    """What a person may wish of a record, and the wishes about it that exist for the person."""
    if actor.id <= 0:
        return {}
    side = "demand" if isinstance(thing, Demand) else "achievement"
    found = wishes_visible_to(actor).filter(**{side: thing}, state__in=_OPEN)
    rows = list(found[:_MOST])
    followed = next(
        (w for w in rows if w.state == "following" and w.asked_by == actor.id),
        None,
    )
    pending = {w.what for w in rows if w.state == "asked"}
    taken = pending | ({"follow"} if followed else set())
    deeds = [d for d in _deeds(actor, thing, side) if _WHAT[d.name] not in taken]
    unfollow = reverse("wishes-step", args=[followed.pk, "end"]) if followed else ""
    shown = [(w, WISHES.states[w.state]) for w in rows if w.what != "follow"]
    return {
        "wish_deeds": deeds,
        "wishes": shown,
        "unfollow": unfollow,
        "followed": followed,
        "followers": sum(w.what == "follow" for w in rows) if is_staff(actor) else 0,
    }


_WHAT = {"ask_introduction": "introduction", "ask_question": "question", "follow": "follow"}


def _deeds(actor: Actor, thing: Listing, side: str) -> list[Deed]:
    wish = WISHES.blank_for(actor)
    wish.about, wish.achievement, wish.demand = thing.reference or "", None, None
    setattr(wish, side, thing)
    about = f"?{side}={thing.pk}"
    fitting = wish.asker_id and (wish.asker_id in actor.firms) == (side == "achievement")
    return [
        Deed(s.name, s.label, reverse("wishes-new", args=[s.name]) + about, s.name == "follow")
        for s in WISHES.steps
        if s.creates and wish.about and fitting and s.permission(actor, wish)
    ]


def _carried(actor: Actor, asked: Mapping[str, str]) -> dict[str, Any]:
    """The record in whose page a wish begins; one that does not exist for the person never was."""
    if given := asked.get("achievement", ""):
        return {"achievement": one(achievements_visible_to(actor), given)}
    if given := asked.get("demand", ""):
        return {"demand": one(demands_visible_to(actor), given)}
    return {}


def _prefill(actor: Actor, carried: Given) -> Given:
    thing = carried.get("achievement") or carried.get("demand")
    return {"about": thing.reference} if thing else {}


def _page(actor: Actor, wish: Wish) -> Given:
    """The record as it is now, if it exists for the person; for a broker, whom to bring together."""
    seen = [
        *achievements_visible_to(actor).filter(pk=wish.achievement_id or 0),
        *demands_visible_to(actor).filter(pk=wish.demand_id or 0),
    ]
    subject = seen[0] if seen else None
    kind = "demands" if isinstance(subject, Demand) else "achievements"
    introduced = introductions_visible_to(actor).filter(pk=wish.introduction_id or 0).first()
    waits = wish.what == "introduction" and wish.state in ("asked", "answered")
    brings = is_staff(actor) and actor.has("broker", "officer")
    return {
        "subject": subject,
        "subject_url": reverse(f"{kind}-record", args=[subject.pk]) if subject else "",
        "subject_owner": owner_name(actor, subject) if subject else "",
        "introduction": introduced,
        "brings": waits and brings,
        "pairs": _pairs(actor, wish) if waits and brings else [],
    }


def _pairs(actor: Actor, wish: Wish) -> list[tuple[Listing, str]]:
    """What the asker has published itself, with the address that introduces the pair."""
    own: Any = demands_visible_to(actor) if wish.achievement_id else achievements_visible_to(actor)
    return [
        (
            thing,
            reverse(
                "introduce",
                args=[thing.pk, wish.achievement_id]
                if wish.achievement_id
                else [wish.demand_id, thing.pk],
            ),
        )
        for thing in own.filter(owner_id=wish.asker_id, state="published")[:_MOST]
    ]


OWN[WISHES.name] = Own(page_facts=_page, carried=_carried, prefill=_prefill)
