"""What strangers send is read in a child: a file that would take all memory ends the child and is
refused in words.
"""

import io
import sys
import zipfile
from datetime import datetime

import pytest
import xlsxwriter

from kechuang.district.core import imports, strangers, worker
from kechuang.district.core.models import Delivery
from kechuang.engines.base import apart
from kechuang.engines.base.errors import Invalid


def forged(rows, *, also=None):
    """An .xlsx whose worksheet says what it likes."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.add_worksheet().write(0, 0, "x")
    made = io.BytesIO()
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
                data = f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>".encode()
            out.writestr(entry.filename, data)
    return also(made.getvalue()) if also else made.getvalue()


HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>成果名称</t></is></c><c r="B1" t="inlineStr"><is><t>成果简介</t></is></c></row>'
BOMBS = {
    "a row four thousand million": f'{HEAD}<row r="4000000000"><c><v>1</v></c></row>',
    "a row that memory may just hold": f'{HEAD}<row r="99999999"><c><v>1</v></c></row>',
    "an address in lower case": f'{HEAD}<row r="2"><c r="xfd1048576"><v>1</v></c></row>',
    "an address without end": f'{HEAD}<row r="2"><c r="ZZZZZZZ2"><v>1</v></c></row>',
    "cells without address": HEAD + '<row r="2">' + "<c><v>1</v></c>" * 200_000 + "</row>",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_sheet_that_claims_a_giant_grid_is_refused_and_the_next_one_goes_in(world, name):
    bad = imports.upload(
        "achievements", f"{name}.xlsx", forged(BOMBS[name]), world.actor("officer")
    )
    good = imports.upload(
        "achievements", "b.csv", "成果名称,成果简介\n甲,乙\n".encode(), world.actor("officer")
    )
    worker.drain()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == ("refused", "checked")
    assert "。" in bad.refusal or "，" in bad.refusal
    assert not Delivery.objects.filter(
        state__in=("pending", "stuck"), reaction__startswith="core.imports"
    ).exists()


def test_a_child_that_takes_too_much_memory_is_refused_in_words(monkeypatch):
    code = "import sys; sys.stdin.buffer.read(); import resource; resource.setrlimit(resource.RLIMIT_AS, (300_000_000,) * 2); bytearray(2_000_000_000)"
    monkeypatch.setattr(strangers, "command", lambda module, name: [sys.executable, "-c", code])
    with pytest.raises(Invalid) as caught:
        strangers.read_sheet_apart(b"x", "重.xlsx")
    assert caught.value.code == "sheet.too_heavy"


@pytest.mark.parametrize(
    "cut",
    [lambda d: d[: len(d) // 2], lambda d: d[:-30]],
)
def test_broken_files_are_refused_in_words(cut):
    with pytest.raises(Invalid) as caught:
        strangers.read_sheet_apart(forged(HEAD, also=cut), "坏.xlsx")
    assert caught.value.code.startswith("sheet.")


def test_days_and_times_come_through_the_child_as_they_were():
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, ["甲", 12.5, True])
        page.write_datetime(0, 3, datetime(2026, 5, 5), day)
    [row] = list(strangers.read_sheet_apart(stream.getvalue(), "x.xlsx").rows(0))
    assert row[:3] == ["甲", 12.5, True]
    assert str(row[3])[:10] == "2026-05-05"
    assert apart.unpacked(apart.packed(row[3])) == row[3]
