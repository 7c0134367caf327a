"""What a sheet is read as, and what a person must say before anything of it is written. An answer
is remembered by who sent the sheet and by its headings.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from kechuang.book.forms import naming
from kechuang.book.reading import Question, Reading, Table, read
from kechuang.district.core import clock, files, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.models import ImportBatch, SheetMemory
from kechuang.district.core.strangers import read_sheet_apart
from kechuang.engines.base.sayings import Said
from kechuang.engines.sheets.headings import heading_key
from kechuang.engines.sheets.units import typical_of

from .kinds import ImportKind

_LATEST = 1_000  # records from which it is told what is usual
_REMEMBERED = ("column:", "need:", "unit-", "name:")
_NOT_KEPT = frozenset(("none", "alone", "open"))
Answers = dict[str, str]


def open_batch(batch: ImportBatch, kind: ImportKind, actor: Actor) -> tuple[Reading, Answers]:
    """The sheet as it is read with all that was said of it, and what was remembered from before.

    Raises:
        Invalid: It cannot be read.
    """
    pages = read_sheet_apart(files.fetch(batch.digest), batch.name)
    book = current_book()
    layout = book.layouts[batch.kind]
    given = dict(batch.options.get("answers", {}))
    usual = _typical(kind, actor)
    with naming(pages, layout.title, book.forms):
        reading = read(pages, layout, given, usual)
    left = {k: v for k, v in _held(batch, reading).items() if k not in given}
    known: Answers = {}
    while fresh := {k: v for k, v in left.items() if _may_stand(reading, k, v)}:
        known |= fresh  # a column that is known may have a unit to be known
        left = {k: v for k, v in left.items() if k not in fresh}
        reading = read(pages, layout, {**known, **given}, usual)
    return reading, known


def _typical(kind: ImportKind, actor: Actor) -> Callable[[str], int | None]:
    """What is usual in the register that the sheet goes into."""

    @lru_cache
    def of(field: str) -> int | None:
        register = getattr(kind, "register", None)
        if register is None:
            return None
        path = register.path(field)
        rows = register.visible(actor).order_by("-pk")
        return typical_of([v for v in rows.values_list(path, flat=True)[:_LATEST] if v])

    return of


def _may_stand(reading: Reading, name: str, answer: str) -> bool:
    """A remembered unit stands only while it is not absurd; other answers always."""
    question = next((q for q in reading.questions if q.id == name), None)
    if question is None:
        return name.startswith(("column:", "name:"))
    return not any(o.value == answer and o.odd for o in question.options)


def issuer_of(batch: ImportBatch) -> str:
    """Whose sheets these are: the organisation of the person who sent it, or the person."""
    organisations = batch.options.get("as", {}).get("organisations") or []
    return f"organisation:{min(organisations)}" if organisations else f"person:{batch.actor_id}"


def _digest(reading: Reading) -> str:
    heads = sorted({heading_key(h) for t in reading.tables for h in t.headings if h})
    return hashlib.sha256("\n".join(heads).encode()).hexdigest()


def _held(batch: ImportBatch, reading: Reading) -> Answers:
    known = SheetMemory.objects.filter(
        issuer=issuer_of(batch), kind=batch.kind, digest=_digest(reading)
    ).first()
    return dict(known.answers) if known else {}


def remember(batch: ImportBatch, reading: Reading, actor: Actor) -> None:
    """Keep what was said, for the next sheet with these headings.

    What holds for one whole list, its day or its kind, does not hold for the next, nor does a
    unit against the heading's own.
    """
    given: Mapping[str, str] = batch.options.get("answers", {})
    fresh = {
        k: v
        for k, v in given.items()
        if k.startswith(_REMEMBERED) and v not in _NOT_KEPT and not v.startswith("fill:")
    }
    kept = {**_held(batch, reading), **fresh}
    if not fresh:
        return
    with ledger.writing():
        made, _ = SheetMemory.objects.update_or_create(
            issuer=issuer_of(batch),
            kind=batch.kind,
            digest=_digest(reading),
            defaults={"answers": kept, "told_by": actor.label, "told_at": clock.now()},
        )
        ledger.record(
            "core.memory.keep",
            subject_kind="core.memory",
            subject_id=made.pk,
            label=str(made),
            actor=actor,
            at=made.told_at,
        )


def told(reading: Reading, known: Answers, names: Sequence[Question] = ()) -> dict[str, Any]:
    """How a sheet is read, as JSON holds it, for the preview."""
    return {
        "tables": [_table(reading, t) for t in reading.tables],
        "left_out": list(reading.left_out),
        "questions": [_question(q) for q in (*reading.questions, *names)],
        "remembered": sorted(known),
        "filled": dict(reading.filled),
    }


def _table(reading: Reading, table: Table) -> dict[str, Any]:
    part, head = table.part, reading.pages.heads[table.part.page]
    return {
        "name": part.name,
        "line": part.head,
        "notes": list(part.notes),
        "headings": table.headings,
        "columns": [
            {
                "place": part.address(place),
                "heading": part.columns[place].heading,
                "key": heading_key(part.columns[place].heading),
                "field": column.field,
                "reads": column.heading,
                "at": place - part.left,
                "unit": column.unit if column.field in table.rulings else "",
                "said": table.rulings[column.field].said if column.field in table.rulings else "",
                "hidden": place + 1 in head.hidden_columns,
            }
            for place, column in table.columns.items()
        ],
        "unused": [{"heading": h, "key": heading_key(h)} for h in table.unused],
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "words": question.words.stored(),
        "hint": question.hint.stored() if question.hint else None,
        "proposed": question.proposed,
        "free": question.free,
        "options": [
            {
                "value": o.value,
                "label": o.label,
                "means": o.means.stored() if isinstance(o.means, Said) else None,
                "odd": o.odd,
            }
            for o in question.options
        ],
    }
