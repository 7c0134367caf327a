"""The steps of an import. Checks and writing run in the worker; so may the command line, directly."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import OperationalError

from kechuang.district.core import clock, files, ledger
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Doubt, Entry, ImportBatch, ImportRow
from kechuang.district.core.workflow import advance, begin
from kechuang.engines.base.errors import DomainError, Invalid, NotAllowed
from kechuang.engines.base.sayings import Said
from kechuang.engines.base.sheets import read_sheet

from .kinds import KINDS, ImportKind, RowPlan
from .reading import Headings, ReadRow, find_headings, problem, read_rows
from .workflow import IMPORTS

log = logging.getLogger("kechuang.imports")
_PART = 200


def upload(
    kind: str, name: str, data: bytes, actor: Actor, options: Mapping[str, Any] | None = None
) -> ImportBatch:
    """Take a sheet in. The worker checks it next.

    Raises:
        NotAllowed: The person may not import this kind.
    """
    if kind not in KINDS:
        raise Invalid("import.no_such_kind", "kind")
    if not (verdict := KINDS[kind].permission(actor)):
        raise NotAllowed(verdict.why)
    now = clock.now()
    batch = ImportBatch(
        kind=kind, name=name[-200:], digest=files.keep(data), size=len(data), actor_id=actor.id, actor_label=actor.label,
        options={**(options or {}), "as": _as(actor)}, created_at=now,
    )  # fmt: skip
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
    return advance(IMPORTS, "confirm", batch, actor, clock.now())


def discard(batch: ImportBatch, actor: Actor) -> Entry:
    """Give this sheet up."""
    return advance(IMPORTS, "discard", batch, actor, clock.now())


def undo(batch: ImportBatch, actor: Actor) -> Entry:
    """Take back what the import wrote, row by row where nobody has touched it since."""
    return advance(IMPORTS, "undo", batch, actor, clock.now())


def _options(batch: ImportBatch) -> dict[str, Any]:
    return {**batch.options, "actor_id": batch.actor_id}


def _uploader(batch: ImportBatch) -> Actor:
    """The person who uploaded, for the ledger; that they may was checked when they asked."""
    held = batch.options["as"]
    if batch.actor_id == SYSTEM.id:
        return SYSTEM
    return Actor(
        batch.actor_id,
        batch.actor_label,
        frozenset(held["roles"]),
        frozenset(held["organisations"]),
        frozenset(held["firms"]),
    )


def _as(actor: Actor) -> dict[str, Any]:
    return {
        "roles": sorted(actor.roles),
        "organisations": sorted(actor.organisations),
        "firms": sorted(actor.firms),
    }


def check_now(batch: ImportBatch) -> None:
    """Read the sheet and check every row. Rows go in by parts, so that progress shows; a rerun starts over."""
    if batch.state != "uploaded":
        return
    batch.rows.all().delete()
    book = current_book()
    kind, layout = KINDS[batch.kind], book.layouts[batch.kind]
    try:
        sheet = read_sheet(files.fetch(batch.digest), batch.name)
        headings = find_headings(sheet, layout)
        rows = list(read_rows(sheet, headings, layout, book))
    except Invalid as e:
        ImportBatch.objects.filter(pk=batch.pk).update(problem=e.words.as_text())
        advance(IMPORTS, "refuse", batch, SYSTEM, clock.now(), why=e.words, facts={"code": e.code})
        return
    except OperationalError:
        raise
    except Exception as e:
        log.exception("import %s cannot be read", batch.pk)
        _give_up(batch, Said("import.not_readable", error=type(e).__name__))
        return
    total = len(rows)
    ImportBatch.objects.filter(pk=batch.pk).update(total=total, seen=0, headings=headings.raw)
    counts = _check_rows(batch, kind, headings, rows)
    counts["ignored_columns"] = headings.ignored  # type: ignore[assignment]
    changes = {"counts": counts, "seen": total}
    if not rows:
        advance(
            IMPORTS,
            "refuse",
            batch,
            SYSTEM,
            clock.now(),
            why=Said("import.no_rows"),
            changes={"problem": Said("import.no_rows").as_text()},
        )
        return
    advance(IMPORTS, "check", batch, SYSTEM, clock.now(), changes=changes, facts={"counts": counts})


def _check_rows(
    batch: ImportBatch, kind: ImportKind, headings: Headings, rows: Sequence[ReadRow]
) -> dict[str, int]:
    uploader, options = _uploader(batch), _options(batch)
    context = kind.prepare(uploader, [r.values for r in rows], options)
    layout = current_book().layouts[batch.kind]
    seen_keys: dict[tuple[object, ...], int] = {}
    counts = {"create": 0, "update": 0, "same": 0, "wrong": 0, "doubts": 0}
    for start in range(0, len(rows), _PART):
        part: list[ImportRow] = []
        for row in rows[start : start + _PART]:
            staged = _check_row(batch, kind, headings, row, context, uploader, options)
            key = tuple(row.values.get(name) for name in layout.key)
            if any(key) and staged.plan != "wrong":
                first = seen_keys.setdefault(key, row.line)
                if first != row.line:
                    twice = Invalid("import.twice", layout.key[0], line=first)
                    staged.problems, staged.plan = [problem(headings, twice)], "wrong"
            counts[staged.plan] += 1
            counts["doubts"] += len(staged.after.get("doubts", []))
            part.append(staged)
        ImportRow.objects.bulk_create(part)
        ImportBatch.objects.filter(pk=batch.pk).update(seen=min(start + _PART, len(rows)))
    return counts


def _check_row(
    batch: ImportBatch,
    kind: ImportKind,
    headings: Headings,
    row: ReadRow,
    context: Any,
    actor: Actor,
    options: Mapping[str, Any],
) -> ImportRow:
    staged = ImportRow(
        batch=batch, line=row.line, cells=row.cells, values=row.values, problems=row.problems, plan="wrong",
        subject_kind=kind.subject_kind,
    )  # fmt: skip
    if row.problems:
        return staged
    try:
        found = kind.check(actor, row.values, context, options)
    except DomainError as e:
        found = RowPlan("wrong", [e if isinstance(e, Invalid) else Invalid(e.words)])
    except Exception:
        log.exception("import %s line %s", batch.pk, row.line)
        found = RowPlan("wrong", [Invalid("import.unreadable", "")])
    staged.problems = [problem(headings, p) for p in found.problems]
    staged.notes = [n.stored() if isinstance(n, Said) else n for n in found.notes]
    staged.before, staged.subject_id = dict(found.before), found.subject_id
    if found.version:
        staged.before["version"] = found.version
    staged.after = {"doubts": [list(d) for d in found.doubts]} if found.doubts else {}
    staged.plan = "wrong" if found.problems else found.plan
    return staged


def apply_now(batch: ImportBatch) -> None:
    """Write every row, all or nothing. Progress is noted in a file: nobody can see into the transaction."""
    if batch.state != "confirmed":
        return
    kind, uploader, options, now = KINDS[batch.kind], _uploader(batch), _options(batch), clock.now()
    rows = list(batch.rows.exclude(plan="same"))
    try:
        with ledger.writing():
            for number, row in enumerate(rows, 1):
                _apply_row(kind, row, uploader, options)
                if number % 50 == 0 or number == len(rows):
                    files.note_progress(f"import-{batch.pk}", done=number, total=len(rows))
            ImportRow.objects.bulk_update(rows, ["subject_id", "after"], batch_size=200)
            advance(
                IMPORTS,
                "apply",
                batch,
                SYSTEM,
                now,
                facts={"counts": batch.counts, "by": batch.actor_label},
            )
    except DomainError as e:
        log.warning("import %s refused while writing: %s", batch.pk, e.words)
        _give_up(batch, Said("import.refused_while_writing", error=e.words))
    except OperationalError:
        raise  # the database is busy or away: the worker comes again
    except Exception as e:
        log.exception("import %s failed while writing", batch.pk)
        _give_up(batch, Said("import.failed_while_writing", error=type(e).__name__))


def _give_up(batch: ImportBatch, words: Said) -> None:
    batch.refresh_from_db()
    advance(
        IMPORTS,
        "refuse",
        batch,
        SYSTEM,
        clock.now(),
        why=words,
        changes={"problem": words.as_text()},
    )


def _apply_row(kind: ImportKind, row: ImportRow, actor: Actor, options: Mapping[str, Any]) -> None:
    seen = row.before.get("version")
    if row.subject_id and seen and kind.version_of(row.subject_id) != seen:
        raise Invalid("import.row_stale", line=row.line)
    try:
        applied = kind.apply(actor, row, options, clock.now())
    except DomainError as e:
        raise Invalid("import.row", getattr(e, "field", ""), line=row.line, error=e.words) from e
    doubts = row.after.get("doubts", [])
    row.subject_id, row.after = applied.subject_id, dict(applied.after)
    for other, label, why in doubts:
        Doubt.objects.get_or_create(
            kind=kind.subject_kind, left_id=applied.subject_id, right_id=other,
            defaults={"left_label": applied.label[:320], "right_label": label[:320], "why": why, "created_at": clock.now()},
        )  # fmt: skip


def undo_now(batch: ImportBatch) -> None:
    """Undo row by row; every row says what became of it."""
    if batch.state != "undoing":
        return
    kind, uploader = KINDS[batch.kind], _uploader(batch)
    with ledger.writing():
        rows = list(batch.rows.exclude(plan="same").order_by("-line"))
        tally: dict[str, int] = {}
        for row in rows:
            try:
                with ledger.writing():
                    row.fate, why = kind.undo(uploader, row, clock.now())
            except DomainError as e:
                row.fate, why = "failed", e.words.as_text()
            row.fate_why = why[:300]
            tally[row.fate] = tally.get(row.fate, 0) + 1
        ImportRow.objects.bulk_update(rows, ["fate", "fate_why"], batch_size=200)
        advance(
            IMPORTS,
            "finish_undo",
            batch,
            SYSTEM,
            clock.now(),
            facts=tally,
            changes={"counts": {**batch.counts, **tally}},
        )
