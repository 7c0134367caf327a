"""Sheets that cannot be read safely are refused with the remedy; nothing crashes, nothing is
guessed.
"""

import contextlib
import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.base.errors import Invalid
from kechuang.engines.sheets.bundle import pack
from kechuang.engines.sheets.formats import read_pages
from kechuang.engines.sheets.pages import column_name
from kechuang.engines.sheets.plain import is_plain, read_sheet


def workbook(*rows, formula=None, at=None):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(line, place, cell)
    if formula:
        sheet.write_formula(formula, "=1+1", None, 2)
    if at:
        sheet.write(at, "x")
    book.close()
    return stream.getvalue()


def test_rows_come_out_as_they_stand():
    sheet = read_sheet(workbook(["名称", "数"], ["甲", 3]), "a.xlsx")
    assert sheet.rows == [["名称", "数"], ["甲", 3.0]]


def test_a_formula_is_found_at_its_cell():
    assert read_sheet(workbook(["名称"], ["甲"], formula="B2"), "a.xlsx").formulas == {(2, 2)}


def test_formulas_and_errors_are_found_far_out_too():
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, [f"栏{n}" for n in range(60)])
        page.write_formula("AB2", "=1+1", None, 2)
        page.write_formula("C3", "=NA()", None, "#N/A")
        page.write_formula("BC40", "=1/0", None, "#DIV/0!")
    found = read_sheet(stream.getvalue(), "a.xlsx")
    assert found.formulas == {(2, 28), (3, 3), (40, 55)}
    assert found.errors == {(3, 3), (40, 55)}


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.xlsx", "sheet.empty"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "a.xlsx", "sheet.xls"),
        (b"PK\x03\x04 not a zip", "a.xlsx", "sheet.broken"),
        (b"\x89PNG\r\n\x1a\n\x00\x00" + bytes(range(256)) * 9, "a.csv", "sheet.encoding"),
        (b"a,b\n\x00\x00\x00", "a.csv", "sheet.binary"),
        (workbook(["a"], at="XFD1048576"), "a.xlsx", "sheet.too_long"),
        (workbook(["a"], at="XFD7"), "a.xlsx", "sheet.too_wide"),
        (workbook(["a"], at="DQ7"), "a.xlsx", "sheet.too_wide"),
        (workbook(["a"], at="A100001"), "a.xlsx", "sheet.too_long"),
    ],
)
def test_what_cannot_be_read(data, name, code):
    with pytest.raises(Invalid) as caught:
        read_sheet(data, name)
    assert caught.value.code == code


def test_a_zip_bomb_is_refused_before_it_unfolds():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<a/>" + b" " * 80_000_000)
    with pytest.raises(Invalid) as caught:
        read_sheet(stream.getvalue(), "bomb.xlsx")
    assert caught.value.code == "sheet.bomb"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_of_excel_and_wps(encoding):
    assert read_sheet("名称,简介\n电池,热管理\n".encode(encoding), "a.csv").rows[1] == [
        "电池",
        "热管理",
    ]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    with contextlib.suppress(Invalid):
        assert all(isinstance(page.rows, list) for page in read_pages(data, "any"))


def test_columns_have_their_letters():
    assert [column_name(n) for n in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


@given(st.binary(max_size=400))
def test_bytes_that_claim_to_be_a_kind_of_paper_are_read_or_refused(data):
    for sign in (b"%PDF-1.4", b"PK\x03\x04", b"<html>", b"\xd0\xcf\x11\xe0", b"<?xml?><Workbook "):
        with contextlib.suppress(Invalid):
            assert all(isinstance(page.rows, list) for page in read_pages(sign + data, "any"))


def test_a_page_of_a_web_table_that_claims_giant_spans_is_refused():
    for bad in (
        b"<table><tr><td rowspan=999999>x</td></tr></table>",
        b"<table><tr><td colspan=9999>x</td></tr></table>",
    ):
        with pytest.raises(Invalid) as caught:
            read_pages(bad, "a.xls")
        assert caught.value.code.startswith("sheet.too_")


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (workbook(["a"]), True),
        (b"a,b", True),
        (b"\xd0\xcf\x11\xe0", True),
        (b"%PDF-1.7", False),
        (b"  <html>", False),
        (b"PK\x03\x04 word/document.xml", False),
        (pack([("a.xlsx", workbook(["a"]))]), False),
    ],
)
def test_only_what_needs_them_waits_for_the_readers_of_paper(data, plain):
    assert is_plain(data) is plain
