"""One search behind every box: what a list is narrowed to, in which order, with which counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from kechuang.district.core import search as kept
from kechuang.district.core.actor import Actor
from kechuang.district.core.bulk import among
from kechuang.district.core.registers import REGISTERS, Register
from kechuang.engines.search import Asked, Reader, SearchIndex, fitting

LONGEST = 200  # letters of a question that are looked at


@dataclass(frozen=True)
class Narrowed:
    """What a list holds of a question.

    ``order``: primary keys, the best first; None where only simple search works. ``counts``:
    ``field=value`` → how many of what was found. ``partly``: what is found need not hold all of it.
    """

    found: QuerySet[Any]
    order: Sequence[int] | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    partly: bool = False


def opened(actor: Actor) -> tuple[SearchIndex, Reader] | None:
    """The index and who asks it; None: there is only simple search now."""
    index = kept.standing()
    reader = kept.reader_of(actor) if index is not None else None
    return None if index is None or reader is None else (index, reader)


def understood(words: str, registers: Sequence[Register[Any]]) -> Asked:
    """A question with the filters of these registers as fields."""
    fields = {"state", "状态"}
    for register in registers:
        fields |= {
            name
            for c in register.columns
            if c.field in register.listed.filters
            for name in (c.field, c.heading)
        }
    return kept.asked(words[:LONGEST], fields)


def fitted(asked: Asked, index: SearchIndex, reader: Reader) -> Asked:
    """The question as much loosened as all that this person may find asks for: the same in a list
    of one kind as on the page over all kinds, so that a count leads to as many records.
    """
    return fitting(asked, lambda a: sum(index.counts(a, reader).values()))


def narrowed(
    kind: str,
    found: QuerySet[Any],
    words: str,
    actor: Actor,
    simply: Callable[[QuerySet[Any], str], QuerySet[Any]],
) -> Narrowed:
    """Records of a kind that answer a question; ``simply`` while there is no index."""
    held = opened(actor)
    if held is None:
        return Narrowed(simply(found, words))
    index, reader = held
    register = REGISTERS.get(kind)
    asked = understood(words, [register] if register else [])
    try:
        asked = fitted(asked, index, reader)
        order = index.order(asked, reader, kind)
        counts = index.facets(asked, reader, kind)
    except (ValueError, OSError):
        kept.report_broken()
        return Narrowed(simply(found, words))
    return Narrowed(found.filter(**among("pk", order)), order, counts, asked.any_will_do)


class InOrder:
    """The records of a list in a given order, page by page: one question for all keys, one a page."""

    def __init__(self, found: QuerySet[Any], order: Sequence[int]) -> None:
        self.found = found
        held = set(found.order_by().values_list("pk", flat=True))
        self.order = [pk for pk in order if pk in held]

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, part: slice) -> list[Any]:
        keys = self.order[part]
        things = {x.pk: x for x in self.found.filter(pk__in=keys)}
        return [things[pk] for pk in keys if pk in things]
