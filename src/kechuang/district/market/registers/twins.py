"""Records of the market that may be one: of the same name or patent, or of nearly the same text."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from kechuang.district.core.actor import VISITOR, Actor
from kechuang.district.core.registers import Doubts, Register
from kechuang.district.market import queries
from kechuang.district.market.facts import GONE, near
from kechuang.district.market.models import Achievement
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said
from kechuang.engines.text import comparable


def doubts(register: Register[Any], things: Sequence[Any], actor: Actor) -> Doubts:
    """Records of the same name, that name the same patent, or of nearly the same text: a person
    tells them apart.
    """
    live = register.visible(actor).exclude(state__in=GONE)
    names: dict[str, list[tuple[int, str]]] = {}
    for pk, title in live.order_by("id").values_list("pk", "title"):
        names.setdefault(comparable(title), []).append((pk, title))
    patents = queries.patents_in(live) if register.model is Achievement else {}
    found: Doubts = {}
    for place, thing in enumerate(things):
        pairs: list[tuple[str, str, str]] = [
            (str(pk), title, Said("doubt.same_patent", number=number))
            for number in getattr(thing, "patents", [])
            for pk, title in patents.get(number, [])[:3]
        ]
        pairs += [
            (str(pk), t, Said("doubt.same_name_other_content"))
            for pk, t in names.get(comparable(thing.title), [])[:3]
        ]
        if pairs:
            found[place] = pairs
    for place, alike in enumerate(near(live, things)):
        known = {pk for pk, *_ in found.get(place, [])}
        found.setdefault(place, []).extend(
            (str(n.thing.pk), n.thing.title, Said("doubt.near_same", percent=n.percent))
            for n in alike
            if str(n.thing.pk) not in known
        )
    return {place: pairs for place, pairs in found.items() if pairs}


def nearly_known(
    register: Register[Any], thing: Any, day: date, beside: Sequence[Any]
) -> Iterable[Invalid]:
    """A text that is nearly the same as one that everybody sees, or as another of its owner's:
    nothing else may be told to who writes. A sheet's rows are laid beside the library at once.
    """
    if beside:
        return
    told = register.visible(VISITOR)
    own = register.model._default_manager.filter(owner_id=thing.owner_id, owner__isnull=False)
    live = register.model._default_manager.filter(
        Q(pk__in=told.values("pk")) | Q(pk__in=own.values("pk"))
    )
    [alike] = near(live.exclude(state__in=GONE), [thing])
    for n in alike[:1]:
        yield Invalid(
            "listing.near_same",
            "title",
            title=n.thing.title,
            reference=n.thing.reference or "",
            percent=n.percent,
        )
