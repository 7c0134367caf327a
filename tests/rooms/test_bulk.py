"""Many rows at once are the same rows as one at a time, on both databases."""

import gc
import os
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.district.accounts.models import Organisation
from kechuang.district.core import bulk, files, imports, ledger
from kechuang.district.core.imports.kinds import StagedRow
from kechuang.district.core.imports.working import undo_now
from kechuang.district.core.models import Delivery, Entry, ImportRow
from kechuang.engines.base.errors import Invalid
from tests.factories import NOW
from tests.rooms.test_imports import CONTRACT_HEADS, upload, workbook

VALUES = [
    {"名称": "电池“热”管理", "数": [1, 2.5, None, True], "号": 2**70},
    {},
    {"a": {"b": "\\\n"}},
]


def contracts(world, count, *, day="2026-05-05"):
    return workbook(
        CONTRACT_HEADS,
        *[
            [
                f"HT-{n}",
                f"合同{n}",
                "技术开发",
                world.university.code,
                world.firm.code,
                100,
                day,
                day,
            ]
            for n in range(count)
        ],
    )


def test_rows_written_by_columns_are_rows_with_their_defaults(world):
    batch = upload(world, "contracts", contracts(world, 1))
    lines = [101, 102, 103]
    bulk.insert_columns(
        ImportRow,
        {
            "batch_id": [batch.pk] * 3,
            "line": lines,
            "cells": [["甲", None], [], [1.0]],
            "values": VALUES,
            "plan": ["create", "update", "same"],
        },
    )
    rows = batch.rows.filter(line__in=lines).order_by("line")
    assert [r.values for r in rows] == VALUES
    assert {(r.written, r.fate, r.subject_id, len(r.problems), len(r.before)) for r in rows} == {
        (False, "", "", 0, 0)
    }
    read = [StagedRow(*told) for told in bulk.read(rows, StagedRow._fields)]
    assert read == [
        StagedRow(r.id, r.line, r.plan, r.subject_id, r.before, r.after, r.values) for r in rows
    ]
    assert not list(bulk.read(rows.none(), StagedRow._fields))


def test_among_many_values_finds_what_in_finds(world):
    codes = [world.firm.code, world.university.code, "不在'其中\""]
    wanted = Organisation.objects.filter(code__in=codes)
    assert wanted.count() == 2
    assert set(Organisation.objects.filter(**bulk.among("code", set(codes)))) == set(wanted)
    keys = [o.pk for o in wanted]
    assert set(Organisation.objects.filter(**bulk.among("id", keys))) == set(wanted)
    assert not Organisation.objects.filter(**bulk.among("code", [])).exists()


def test_an_entry_keeps_days_and_amounts_as_text_and_the_rest_as_json(world):
    facts = {"day": date(2026, 5, 5), "ratio": Decimal("1.50"), "list": ("a", 1), "no": None}
    with ledger.writing():
        entry = ledger.record(
            "test.kept",
            subject_kind="test",
            subject_id=1,
            label="x",
            actor=world.actor("officer"),
            at=NOW,
            facts=facts,
        )
    kept = {"day": "2026-05-05", "ratio": "1.50", "list": ["a", 1], "no": None}
    assert entry.facts == Entry.objects.get(pk=entry.pk).facts == kept
    assert ledger.verify().holds


def test_many_entries_of_one_part_reach_their_reactions(world):
    batch = upload(world, "contracts", contracts(world, 3))
    imports.confirm(batch, world.actor("officer"))
    imports.apply_now(batch)
    entries = Entry.objects.filter(kind="transfer.contract.take_in")
    due = Delivery.objects.filter(entry__in=entries)
    assert entries.count() == 3
    assert due.values("entry").distinct().count() == 3
    assert set(due.values_list("state", "tries", "leased_until", "lease", "error")) == {
        ("pending", 0, None, "", "")
    }


def test_a_part_asks_for_the_parties_of_a_column_once_however_many_rows(world):
    asked = []
    for count in (2, 9):
        batch = upload(world, "contracts", contracts(world, count, day=f"2026-05-0{count}"))
        assert not batch.counts["wrong"], batch.counts
        imports.confirm(batch, world.actor("officer"))
        with CaptureQueriesContext(connection) as told:
            imports.apply_now(batch)
        asked.append(sum('FROM "accounts_organisation"' in q["sql"] for q in told))
        imports.undo(batch, world.actor("officer"))
        undo_now(batch)
    assert asked == [2, 2]  # seller and buyer


@pytest.mark.parametrize("fails", [False, True])
def test_rings_are_not_looked_for_while_a_part_is_written_and_are_afterwards(
    world, monkeypatch, fails
):
    kind = imports.KINDS["contracts"]
    batch = upload(world, "contracts", contracts(world, 3))
    real, looked = kind.apply, []

    def apply(*args):
        looked.append(gc.isenabled())
        if fails:
            raise Invalid("import.row_stale", line=2)
        return real(*args)

    monkeypatch.setattr(kind, "apply", apply)
    imports.confirm(batch, world.actor("officer"))
    imports.apply_now(batch)
    batch.refresh_from_db()
    assert batch.state == ("refused" if fails else "applied")
    assert looked == [False]
    assert gc.isenabled()


def test_a_note_of_progress_does_not_wait_for_the_disk_and_a_file_does(data_folder, monkeypatch):
    waits = []
    monkeypatch.setattr(os, "fsync", waits.append)
    files.note_progress("import-1", done=3, total=9)
    assert files.progress("import-1") == {"done": 3, "total": 9}
    assert not waits
    files.keep(b"a contract")
    assert len(waits) == 1
