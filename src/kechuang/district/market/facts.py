"""Records of a market's library that are nearly the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from kechuang.district.core.bulk import among
from kechuang.engines.matching.alike import NEAR, Alike, share, signature

from .models import Listing

_AT_ONCE = 2000
_SHORT = 60  # letters of a text of which nothing can be said
GONE = ("retracted", "closed")  # states of records that are one with no other any more
_signatures: dict[str, Any] = {}  # by the digest of a text; what is known once is not read again


@dataclass(frozen=True)
class Near:
    """A record whose text is nearly the same; ``share`` of both texts that stands in both."""

    thing: Listing
    share: float

    @property
    def percent(self) -> int:
        return int(self.share * 100)


def near(live: QuerySet[Any], things: Sequence[Listing], most: int = 3) -> list[list[Near]]:
    """For each of some records, those of a library whose text is nearly the same, the nearest first;
    titles and keywords may be others.

    Args:
        live: The library, of what the person who is told may see.
        most: So many are told of one.
    """
    if not any(len(t.whole_text) >= _SHORT for t in things):
        return [[] for _ in things]
    held = dict(live.order_by().values_list("pk", "digest"))
    _learn(live, held)
    index = Alike({pk: _signatures[digest] for pk, digest in held.items() if digest in _signatures})
    told: list[list[Near]] = []
    for thing in things:
        text = thing.whole_text
        if len(text) < _SHORT:
            told.append([])
            continue
        keys = [k for k in index.worth_comparing(signature(text)) if k != thing.pk][:50]
        found = (
            [Near(x, share(text, x.whole_text)) for x in live.filter(pk__in=keys)] if keys else []
        )
        fit = sorted((n for n in found if n.share >= NEAR), key=lambda n: (-n.share, n.thing.pk))
        told.append(fit[:most])
    return told


def _learn(live: QuerySet[Any], held: dict[int, str]) -> None:
    """Reckon the signatures of texts that are not known to this process yet."""
    fresh = [pk for pk, digest in held.items() if digest not in _signatures]
    for start in range(0, len(fresh), _AT_ONCE):
        for thing in live.filter(**among("pk", fresh[start : start + _AT_ONCE])):
            _signatures[thing.digest] = signature(thing.whole_text)
