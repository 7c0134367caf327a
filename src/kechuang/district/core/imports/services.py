"""What a person does with an import: upload, confirm, discard, undo."""

from collections.abc import Callable, Mapping
from typing import Any

from kechuang.district.core import clock, files
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry, ImportBatch
from kechuang.district.core.workflow import advance, begin
from kechuang.engines.base.errors import Invalid, NotAllowed

from .kinds import KINDS
from .naming import NAME, OPEN
from .workflow import IMPORTS
from .working import WRITTEN


def upload(
    kind: str, name: str, data: bytes, actor: Actor, options: Mapping[str, Any] | None = None
) -> ImportBatch:
    """Take a sheet in. The worker checks it next.

    Raises:
        NotAllowed: The person may not import this kind.
    """
    if kind not in KINDS:
        raise Invalid("import.no_such_kind", "kind", kinds=sorted(KINDS))
    if not (verdict := KINDS[kind].permission(actor)):
        raise NotAllowed(verdict.why)
    now = clock.now()
    batch = ImportBatch(
        kind=kind,
        name=name[-200:],
        digest=files.keep(data),
        size=len(data),
        actor_id=actor.id,
        actor_label=actor.label,
        options={**(options or {}), "as": _as(actor)},
        created_at=now,
    )
    begin(IMPORTS, "upload", batch, actor, now, facts={"kind": kind, "digest": batch.digest})
    return batch


def confirm(batch: ImportBatch, actor: Actor, leaving: int = 0) -> Entry:
    """Say yes to what the preview shows.

    Args:
        leaving: How many wrong rows the person has agreed to leave in the sheet to mend: it must
            be all of them, so that a preview that has changed since is not agreed to unseen.

    Raises:
        Invalid: Rows are wrong and nobody agreed to leave them, or none is sound, or the kind
            goes in whole or not at all.
    """

    def changes(locked: ImportBatch) -> dict[str, Any]:
        wrong = locked.counts.get("wrong", 0)
        whole = KINDS[locked.kind].whole
        if wrong and whole:
            raise Invalid("import.goes_in_whole", "file", count=wrong, why=whole)
        if wrong and (not leaving or not sound(locked)):
            raise Invalid("import.rows_wrong", "file", count=wrong)
        if wrong != leaving:
            raise Invalid("import.preview_changed", "file", count=wrong)
        return {"options": {**locked.options, "as": _as(actor), "left": wrong}}

    facts = {"left": leaving} if leaving else None
    return advance(IMPORTS, "confirm", batch, actor, clock.now(), changes=changes, facts=facts)


def sound(batch: ImportBatch) -> int:
    """How many rows would be written."""
    return sum(batch.counts.get(plan, 0) for plan in WRITTEN)


def continued(batch: ImportBatch) -> dict[str, Any]:
    """The options of an import that goes on with what this one left in its sheet to mend: what
    was said of columns and names holds, and units stand in that sheet's headings.
    """
    held = batch.options.get("answers", {})
    answers = {k: v for k, v in held.items() if k.startswith(("column:", NAME)) and v != OPEN}
    kept = {n: batch.options[n] for n in ("publish", "owner") if n in batch.options}
    return {**kept, "answers": answers, "continues": batch.pk}


def answer(batch: ImportBatch, said: Mapping[str, str], actor: Actor) -> Entry:
    """Say what the sheet left open, or that a column is another; it is then read anew.

    Args:
        said: Question → answer, of `ImportBatch.reading`; "column:<heading>" → field or "".

    Raises:
        Invalid: A question is left without an answer.
    """
    asked = [q["id"] for q in batch.reading.get("questions", [])]
    left = [n for n in asked if not said.get(n, "").strip()]
    if left and not any(n.startswith(("column:", "unit:")) for n in said):
        raise Invalid("import.answer_missing", left[0], count=len(left))
    given = {k[:200]: v.strip()[:200] for k, v in said.items() if v or k.startswith("column:")}

    def changes(locked: ImportBatch) -> dict[str, Any]:
        answers = {**locked.options.get("answers", {}), **given}
        return {"options": {**locked.options, "answers": answers}}

    facts = {"answers": given}
    return advance(IMPORTS, "answer", batch, actor, clock.now(), changes=changes, facts=facts)


def discard(batch: ImportBatch, actor: Actor) -> Entry:
    """Give this sheet up."""
    return advance(IMPORTS, "discard", batch, actor, clock.now())


def undo(batch: ImportBatch, actor: Actor) -> Entry:
    """Take back what the import wrote, row by row where nobody has touched it since."""
    return advance(IMPORTS, "undo", batch, actor, clock.now(), changes=_by(actor))


def _by(actor: Actor) -> Callable[[ImportBatch], dict[str, Any]]:
    """From here on the worker writes for this person."""
    return lambda locked: {"options": {**locked.options, "as": _as(actor)}}


def _as(actor: Actor) -> dict[str, Any]:
    return {
        "id": actor.id,
        "label": actor.label,
        "roles": sorted(actor.roles),
        "organisations": sorted(actor.organisations),
        "firms": sorted(actor.firms),
    }
