"""Records written by hand that are nearly the same as others: noted for a person to tell apart."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kechuang.district.core import ledger
from kechuang.district.core.doubts import note_doubts
from kechuang.district.core.models import Doubt, Entry
from kechuang.district.core.registers import REGISTERS
from kechuang.district.market.facts import GONE, near
from kechuang.engines.base.sayings import Said

_WRITES = (".draft", ".revise", ".amend", ".rework")


def note_near(entries: Sequence[Entry], at: datetime) -> int:
    """Doubts of what was written by hand, among all records, secret ones too: who may answer them
    sees those. Returns how many are new.
    """
    found: list[Doubt] = []
    for kind in sorted({e.subject_kind for e in entries}):
        ids = [int(e.subject_id) for e in entries if e.subject_kind == kind and _wrote(e)]
        found += _of_kind(kind, ids, at)
    with ledger.writing():
        return note_doubts(found, at)


def _wrote(entry: Entry) -> bool:
    return entry.kind.endswith(_WRITES)


def _of_kind(kind: str, ids: Sequence[int], at: datetime) -> list[Doubt]:
    live: Any = REGISTERS[kind].model._default_manager.exclude(state__in=GONE)
    things = list(live.filter(pk__in=ids)) if ids else []
    made = []
    for thing, alike in zip(things, near(live, things) if things else [], strict=True):
        for n in alike:
            older, newer = sorted((thing, n.thing), key=lambda x: x.pk)
            made.append(
                Doubt(
                    kind=kind,
                    left_id=str(newer.pk),
                    left_label=str(newer)[:320],
                    right_id=str(older.pk),
                    right_label=str(older)[:320],
                    why=Said("doubt.near_same", percent=n.percent).as_text(),
                    created_at=at,
                )
            )
    return made
