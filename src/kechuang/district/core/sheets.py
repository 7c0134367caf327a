"""Sheets out: exports in the book's layouts, and faulty sheets as sheets to mend."""

import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.db.models import QuerySet

from kechuang.book.cells import write_row
from kechuang.book.sheets import Layout
from kechuang.engines.sheets.headings import bare_key
from kechuang.engines.sheets.pages import column_name
from kechuang.engines.sheets.units import unit_in_heading

from .models import ImportBatch, ImportRow

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
REMEDY = "问题与改法"


def _put(sheet: Any, line: int, place: int, value: object, style: Any = None) -> None:
    if value is None or value == "":
        sheet.write_blank(line, place, None, style)
    elif isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        sheet.write_string(line, place, str(value)[:32_000], style)
    else:
        sheet.write_number(line, place, float(value), style)


def export(layout: Layout, rows: Iterable[Mapping[str, object]]) -> bytes:
    """Rows in the layout's columns; what comes out can be imported again."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, _OPTIONS)
    sheet = book.add_worksheet(layout.title[:31])
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for place, column in enumerate(layout.columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.heading, head)
        if column.choices:
            sheet.data_validation(
                1,
                place,
                5000,
                place,
                {
                    "validate": "list",
                    "source": list(column.choices.values()),
                    "error_type": "warning",
                },
            )
    sheet.freeze_panes(1, 0)
    count = 0
    for count, values in enumerate(rows, 1):
        for place, cell in enumerate(write_row(layout, values)):
            _put(sheet, count, place, cell)
    sheet.autofilter(0, 0, max(count, 1), len(layout.columns) - 1)
    book.close()
    return stream.getvalue()


def plain_sheet(title: str, heads: list[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A list that is only to be read: a heading row, and text that no formula hides in."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, _OPTIONS)
    sheet = book.add_worksheet(title[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    for place, words in enumerate(heads):
        sheet.set_column(place, place, 24)
        sheet.write_string(0, place, words, head)
    for line, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            _put(sheet, line, place, value)
    sheet.freeze_panes(1, 0)
    book.close()
    return stream.getvalue()


def mended(batch: ImportBatch) -> bytes:
    """The sheet as it came, faulty cells red, the reason beside them, proposals in a drop-down;
    each table that was read on a page of its own. Once the sound rows are written, only the
    others.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, _OPTIONS)
    tables = batch.reading.get("tables") or [{"headings": batch.headings}]
    left = batch.rows.filter(plan="wrong") if batch.options.get("left") else batch.rows.all()
    parts = set(left.order_by().values_list("part", flat=True))
    for part, table in enumerate(tables):
        if part not in parts:
            continue
        title = "请改红色单元格" if len(tables) == 1 else f"请改红色单元格 {part + 1}"
        _mend(book, book.add_worksheet(title), _with_units(table), left.filter(part=part))
    book.close()
    return stream.getvalue()


def _with_units(table: Mapping[str, Any]) -> list[str]:
    """A table's headings with the units as they were told elsewhere, so that they are told again."""
    headings = list(table["headings"])
    for column in table.get("columns", ()):
        if column["unit"] and unit_in_heading(column["heading"]) != column["unit"]:
            headings[column["at"]] = f"{bare_key(column['heading'])}（{column['unit']}）"
    return headings


def _mend(book: Any, sheet: Any, headings: Sequence[str], rows: QuerySet[ImportRow]) -> None:
    head = book.add_format({"bold": True, "bottom": 1})
    red = book.add_format({"bg_color": "#F8C9C4", "font_color": "#7A1210"})
    words = book.add_format({"font_color": "#7A1210", "text_wrap": True})
    width = len(headings)
    for place, heading in enumerate(headings):
        sheet.set_column(place, place, 20)
        sheet.write_string(0, place, heading, head)
    sheet.set_column(width, width, 60)
    sheet.write_string(0, width, REMEDY, head)
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(rows.order_by("line"), 1):
        faulty = {p["place"]: p for p in row.faults if p["place"] is not None}
        for place, cell in enumerate(row.cells[:width]):
            _put(sheet, line, place, cell, red if place in faulty else None)
        for place in (p for p in faulty if p >= len(row.cells)):
            _put(sheet, line, place, None, red)
        _mark(sheet, line, width, row.faults, words)


def _mark(sheet: Any, line: int, width: int, problems: list[dict[str, Any]], style: Any) -> None:
    if not problems:
        return
    said = [f"{p['heading'] or '整行'}：{p['words']}" for p in problems]
    sheet.write_string(line, width, "\n".join(said), style)
    for found in problems:
        if found["place"] is None:
            continue
        sheet.write_comment(line, found["place"], found["words"], {"visible": False})
        if found["proposals"] and sum(len(p) + 1 for p in found["proposals"]) < 250:
            sheet.data_validation(
                line,
                found["place"],
                line,
                found["place"],
                {
                    "validate": "list",
                    "source": found["proposals"],
                    "error_type": "warning",
                    "input_title": f"{column_name(found['place'] + 1)} 列",
                    "input_message": found["words"][:250],
                },
            )
