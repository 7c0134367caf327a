"""Pairs of records that may be one: noted by machines, answered by a person."""

from collections.abc import Sequence
from datetime import datetime

from kechuang.engines.base.errors import Invalid

from . import bulk, ledger
from .actor import SYSTEM, Actor
from .ledger import Line
from .models import Doubt

_KIND = "core.doubt"


def note_doubts(found: Sequence[Doubt], at: datetime) -> int:
    """Keep the pairs that are not known yet (inside ``ledger.writing()``); returns how many."""
    kinds = {d.kind for d in found}
    pairs = Doubt.objects.filter(kind__in=kinds, left_id__in={d.left_id for d in found})
    known = set(pairs.values_list("kind", "left_id", "right_id"))
    fresh = {pair: d for d in found if (pair := (d.kind, d.left_id, d.right_id)) not in known}
    made = list(fresh.values())
    for doubt, number in zip(made, bulk.reserve(Doubt, len(made)), strict=True):
        doubt.pk = number
    bulk.insert(made)
    if made:
        lines = [Line(f"{_KIND}.note", _KIND, d.pk, d.left_label) for d in made]
        ledger.record_many(lines, SYSTEM, at)
    return len(made)


def answer_doubt(doubt: Doubt, answer: str, actor: Actor, at: datetime) -> None:
    """Keep what a person said of a pair: "same" or "different"."""
    if answer not in ("same", "different"):
        raise Invalid("doubt.answer_missing", "answer")
    with ledger.writing():
        doubt.answer, doubt.answered_by = answer, actor.label
        doubt.save()
        ledger.record(
            f"{_KIND}.answer",
            subject_kind=_KIND,
            subject_id=doubt.pk,
            label=str(doubt),
            actor=actor,
            at=at,
            facts={"answer": answer},
        )
