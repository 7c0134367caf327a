"""What a person does with an import: upload, confirm, discard, undo."""

from collections.abc import Callable, Mapping
from typing import Any

from kechuang.district.core import clock, files
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry, ImportBatch
from kechuang.district.core.workflow import advance, begin
from kechuang.engines.base.errors import Invalid, NotAllowed

from .kinds import KINDS
from .workflow import IMPORTS


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


def confirm(batch: ImportBatch, actor: Actor) -> Entry:
    """Say yes to what the preview shows.

    Raises:
        Invalid: Rows are wrong; nothing may be written.
    """
    wrong = batch.counts.get("wrong", 0)
    if wrong:
        raise Invalid("import.rows_wrong", "file", count=wrong)
    return advance(IMPORTS, "confirm", batch, actor, clock.now(), changes=_by(actor))


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
