"""The worker's part of an import: checking, writing, taking back.

By parts, each a short transaction of its own.

An import does not hold the house: between two parts others go on. What was written stands in its
row (the journal),
so that a killed worker goes on where it was, and an import that is refused half-way takes back
what it wrote.
See docs/decisions/0013.
"""

import gc
import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from kechuang.book.reading import Reading
from kechuang.district.core import books, bulk, clock, files, ledger, worker
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.doubts import note_doubts
from kechuang.district.core.models import Doubt, ImportBatch, ImportRow
from kechuang.district.core.reactions import Away
from kechuang.district.core.workflow import advance
from kechuang.engines.base.errors import DomainError, Invalid
from kechuang.engines.base.sayings import Said

from .asking import open_batch, remember, told
from .kinds import KINDS, Applied, ImportKind, RowPlan, StagedRow
from .naming import look_up, named, waits
from .sheet_rows import ReadRow, Skipped, problem, read_rows
from .workflow import IMPORTS

log = logging.getLogger("kechuang.imports")
T = TypeVar("T")
_PART = 1000
WRITTEN = ("create", "update")  # a row that is wrong stays in the sheet to mend
_GAP = 0.002  # seconds between two parts, in which whoever waits gets in


def acting(batch: ImportBatch) -> Actor:
    """Who does what the import does, with the rights they had when they said so: who uploaded
    checks, who confirmed writes, who undid takes back.
    """
    held = batch.options["as"]
    who = held.get("id", batch.actor_id)  # an import of before this was kept has its uploader's
    if who == SYSTEM.id:
        return SYSTEM
    sets = (frozenset(held[n]) for n in ("roles", "organisations", "firms"))
    return Actor(who, held.get("label", batch.actor_label), *sets)


def _options(batch: ImportBatch) -> dict[str, Any]:
    return {
        **batch.options,
        "actor_id": acting(batch).id,
        "uploaded_by": batch.actor_id,
        "in_one_part": batch.total <= _PART,
    }


@contextmanager
def _part() -> Iterator[None]:
    """A part, and the gap after it.

    What a part makes is freed when it is done. Looking for rings among it while it is made would
    take a fifth of the time: that waits for the gap.
    """
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()
    worker.keep_lease()
    time.sleep(_GAP)


def check_now(batch: ImportBatch) -> None:
    """Read the sheet and check every row, or ask first what nobody but a person can say.

    Rows go in by parts, so that progress shows; a rerun starts over.
    """
    if batch.state != "uploaded":
        return
    batch.rows.all().delete()
    kind, skipped = KINDS[batch.kind], Skipped()
    try:
        reading, known = open_batch(batch, kind, acting(batch))
        said = {**known, **batch.options.get("answers", {})}
        whom = look_up(reading, kind, said, acting(batch))
        how = {**told(reading, known, whom.questions), "names_later": whom.later}
        if how["questions"]:
            _ask(batch, how)
            return
        remember(batch, reading, acting(batch))
        tables = reading.tables
        ImportBatch.objects.filter(pk=batch.pk).update(
            total=_expected(reading), seen=0, headings=tables[0].headings
        )
        rows = named(read_rows(reading, current_book(), skipped), reading, whom)
        counts = _check_rows(batch, kind, rows)
    except Invalid as e:
        _give_up(batch, e.words)
        return
    except OperationalError:
        raise
    except Exception as e:
        log.exception("import %s cannot be read", batch.pk)
        _give_up(batch, Said("import.not_readable", error=type(e).__name__))
        return
    total = sum(counts[n] for n in ("create", "update", "same", "wrong"))
    if not total:
        _give_up(batch, Said("import.no_rows"))
        return
    unused = list(dict.fromkeys(h for t in reading.tables for h in t.unused))
    found = {**counts, "ignored_columns": unused, "skipped": dict(skipped.counts)}
    found["name_only"] = whom.alone
    how = {**how, "skipped": skipped.told}
    changes = {"counts": found, "seen": total, "total": total, "reading": how}
    advance(IMPORTS, "check", batch, SYSTEM, clock.now(), changes=changes, facts={"counts": found})


def _expected(reading: Reading) -> int:
    """How many rows there may be, for the progress shown."""
    heads = reading.pages.heads
    ends = (
        1 if t.part.form else (t.part.last or heads[t.part.page].total) - t.part.head
        for t in reading.tables
    )
    return sum(ends)


def _ask(batch: ImportBatch, how: dict[str, Any]) -> None:
    asked = [q["id"] for q in how["questions"]]
    changes = {"reading": how, "counts": {}, "total": 0, "seen": 0}
    advance(IMPORTS, "ask", batch, SYSTEM, clock.now(), changes=changes, facts={"asked": asked})


def _check_rows(batch: ImportBatch, kind: ImportKind, rows: Iterator[ReadRow]) -> dict[str, int]:
    counts = {"create": 0, "update": 0, "same": 0, "wrong": 0, "doubts": 0, "asked": 0}
    seen: dict[bytes, tuple[int, int]] = {}
    done = 0
    while True:
        with _part():
            part = list(islice(rows, _PART))
            if not part:
                return counts
            plans = _check_part(batch, kind, part, seen)
            for plan in plans:
                counts[plan.plan] += 1
                counts["doubts"] += len(plan.doubts)
            counts["asked"] += sum(map(waits, part))
            done += len(part)
            with transaction.atomic():
                bulk.insert_columns(ImportRow, _staged(batch, kind, part, plans))
                ImportBatch.objects.filter(pk=batch.pk).update(seen=done)


def _check_part(
    batch: ImportBatch,
    kind: ImportKind,
    part: Sequence[ReadRow],
    seen: dict[bytes, tuple[int, int]],
) -> list[RowPlan]:
    """What would become of each row; of rows that are the same record only the first may stand."""
    found = iter(_plans(batch, kind, [r for r in part if not r.problems]))
    plans = [RowPlan("wrong") if r.problems else next(found) for r in part]
    names = current_book().layouts[batch.kind].key
    at = names[0] if names else ""
    for row, plan in zip(part, plans, strict=True):
        key = tuple(row.values.get(n) for n in names)
        known = ("id", plan.subject_id) if plan.subject_id else ()
        identities = ((key if any(key) else (), at), (plan.identity, plan.identity_at), (known, at))
        for identity, column in identities:
            if identity and not row.problems and not plan.problems:
                first = seen.setdefault(_hashable(identity), (row.part, row.line))
                if first != (row.part, row.line):
                    plan.problems = [Invalid("import.twice", column, line=first[1])]
        if plan.problems:
            plan.plan = "wrong"
    return plans


def _hashable(identity: Iterable[Any]) -> bytes:
    """An identity in few bytes; a list among its parts counts as its text."""
    return hashlib.blake2b(repr(list(identity)).encode(), digest_size=16).digest()


def _plans(batch: ImportBatch, kind: ImportKind, rows: Sequence[ReadRow]) -> list[RowPlan]:
    """What would become of rows; when nobody foresaw one of them, each is asked by itself."""
    actor, options = acting(batch), _options(batch)
    try:
        return kind.check(actor, [r.values for r in rows], options)
    except OperationalError:
        raise
    except Exception:
        if len(rows) == 1:
            log.exception("import %s line %s", batch.pk, rows[0].line)
            return [RowPlan("wrong", [Invalid("import.unreadable")])]
    return [_plans(batch, kind, [row])[0] for row in rows]


def _staged(
    batch: ImportBatch,
    kind: ImportKind,
    part: Sequence[ReadRow],
    plans: Sequence[RowPlan],
) -> dict[str, list[Any]]:
    """The columns of `ImportRow` for checked rows."""
    both = list(zip(part, plans, strict=True))
    return {
        "batch_id": [batch.pk] * len(part),
        "subject_kind": [kind.subject_kind] * len(part),
        "part": [r.part for r in part],
        "line": [r.line for r in part],
        "cells": [r.cells for r in part],
        "values": [r.values for r in part],
        "problems": [r.problems + [problem(r.table, e) for e in p.problems] for r, p in both],
        "notes": [
            [n.stored() if isinstance(n, Said) else n for n in (*r.notes, *p.notes)]
            for r, p in both
        ],
        "plan": [p.plan for p in plans],
        "subject_id": [p.subject_id for p in plans],
        "before": [{**p.before, "version": p.version} if p.version else p.before for p in plans],
        "after": [_until_written(p) for p in plans],
    }


def _until_written(plan: RowPlan) -> dict[str, Any]:
    """What is kept of a row's plan until it is written."""
    found = {"doubts": [_doubt(*d) for d in plan.doubts], "asked": plan.asked}
    return {n: v for n, v in found.items() if v}


def _doubt(other: str, label: str, why: str) -> list[str]:
    return [other, label, why.as_text() if isinstance(why, Said) else why]


def apply_now(batch: ImportBatch) -> None:
    """Write every row by parts; when one is refused, what was written is taken back."""
    if batch.state != "confirmed":
        return
    _awake()
    kind, total = KINDS[batch.kind], batch.rows.filter(plan__in=WRITTEN).count()
    try:
        _by_parts(batch, lambda: _write_part(batch, kind), total)
        batch.rows.exclude(fate="").update(
            fate="", fate_why=""
        )  # of a taking back that was cut off
        counts = {"counts": batch.counts, "by": acting(batch).label}
        advance(IMPORTS, "apply", batch, SYSTEM, clock.now(), facts=counts)
    except DomainError as e:
        log.warning("import %s refused while writing: %s", batch.pk, e.words)
        _take_back(batch, kind)
        _give_up(batch, Said("import.refused_while_writing", error=e.words))
    except OperationalError:
        raise  # the database is busy or away: the worker comes again and goes on
    except Exception as e:
        log.exception("import %s failed while writing", batch.pk)
        _take_back(batch, kind)
        _give_up(batch, Said("import.failed_while_writing", error=type(e).__name__))


def _awake() -> None:
    """Nothing is written, nor taken back, while the law in force cannot be read: the import waits."""
    if books.trouble():
        raise Away("law.unreadable")


def _by_parts(batch: ImportBatch, act: Callable[[], int], total: int) -> None:
    """Act until nothing is left, noting how far it is, with a gap between parts."""
    done = 0
    while True:
        with _part():
            taken = act()
            if not taken:
                return
            done += taken
            files.note_progress(f"import-{batch.pk}", done=min(done, total), total=total)


def _write_part(batch: ImportBatch, kind: ImportKind) -> int:
    with ledger.writing():
        left = batch.rows.filter(written=False, plan__in=WRITTEN).order_by("line")
        part = _rows(left, StagedRow._fields)
        if not part:
            return 0
        made = kind.apply(acting(batch), part, _options(batch), clock.now())
        both = list(zip(part, made, strict=True))
        doubts = [d for row, applied in both for d in _doubts(kind, row, applied)]
        note_doubts(doubts, clock.now())
        marks = ((r.id, (a.subject_id, dict(a.after), True)) for r, a in both)
        bulk.update(ImportRow, ("subject_id", "after", "written"), marks)
    return len(part)


def _rows(rows: QuerySet[ImportRow], names: Sequence[str]) -> list[StagedRow]:
    """The rows of the next part."""
    return [StagedRow(*told) for told in bulk.read(rows[:_PART], names)]


def _doubts(kind: ImportKind, row: StagedRow, applied: Applied) -> list[Doubt]:
    return [
        Doubt(
            kind=kind.subject_kind,
            left_id=applied.subject_id,
            right_id=other,
            left_label=applied.label[:320],
            right_label=called[:320],
            why=why,
            created_at=clock.now(),
        )
        for other, called, why in row.after.get("doubts", [])
    ]


def give_up_stopped(batch: ImportBatch) -> None:
    """End an import whose work broke off every time (its worker was killed, its delivery is
    stuck): nobody waits for ever, and nothing half-written stays.
    """
    if batch.state == "confirmed":
        _take_back(batch, KINDS[batch.kind])
    if batch.state in ("uploaded", "confirmed"):
        _give_up(batch, Said("import.stopped"))


def _take_back(batch: ImportBatch, kind: ImportKind) -> None:
    """Undo what a refused import wrote before it was refused; the rows are then as if never
    written.
    """
    _by_parts(batch, lambda: _undo_part(batch, kind, forget=True), batch.rows.count())


def undo_now(batch: ImportBatch) -> None:
    """Undo row by row; every row says what became of it."""
    if batch.state != "undoing":
        return
    _awake()
    kind, rows = KINDS[batch.kind], batch.rows.filter(written=True)
    _by_parts(batch, lambda: _undo_part(batch, kind, forget=False), rows.count())
    fates = rows.order_by().values_list("fate", flat=True)
    tally = {fate: rows.filter(fate=fate).count() for fate in set(fates)}
    changes = {"counts": {**batch.counts, **tally}}
    advance(IMPORTS, "finish_undo", batch, SYSTEM, clock.now(), facts=tally, changes=changes)


def _undo_part(batch: ImportBatch, kind: ImportKind, *, forget: bool) -> int:
    with ledger.writing():
        left = batch.rows.filter(written=True, fate="").order_by("-line")
        part = _rows(left, [n for n in StagedRow._fields if n != "values"])
        if not part:
            return 0
        fates = kind.undo(acting(batch), part, clock.now())
        marks = (
            (r.id, ("", "", False) if forget and fate == "reversed" else (fate, why[:500], True))
            for r, (fate, why) in zip(part, fates, strict=True)
        )
        bulk.update(ImportRow, ("fate", "fate_why", "written"), marks)
    return len(part)


def _give_up(batch: ImportBatch, words: Said) -> None:
    batch.refresh_from_db()
    changes, facts = {"problem": words.as_text()}, {"code": words.code}
    advance(IMPORTS, "refuse", batch, SYSTEM, clock.now(), why=words, changes=changes, facts=facts)
