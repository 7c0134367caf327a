"""Returns in the receiver's own layout: cells above, columns below."""

import io
from datetime import date
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from kechuang.book.schemas import Book, Plan, ReturnLayout
from kechuang.district.plan.services import place_name
from kechuang.district.plan.services.layouts import rows_of
from kechuang.engines.base.periods import period_span
from kechuang.engines.base.sheets import read_sheet


def as_sheet(book: Book, plan: Plan, layout: ReturnLayout, period: str, today: date) -> bytes:
    """The return as the receiver lays it out."""
    _, end = period_span(period)
    facts = {
        "year": end.year,
        "month": end.month,
        "place": place_name(book),
        "title": layout.title,
        "day": min(end, today),
        "quarter": (end.month + 2) // 3,
    }
    stream = io.BytesIO()
    paper = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = paper.add_worksheet(layout.title[:31])
    head, plain = (
        paper.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center"}),
        paper.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
    )
    for cell, text in layout.head:
        sheet.write_string(cell, text.format(**facts))
    for place_, (heading, _) in enumerate(layout.columns):
        sheet.set_column(place_, place_, 12 if len(heading) < 5 else 22)
        sheet.write_string(layout.first_row - 2, place_, heading, head)
    for line, row in enumerate(rows_of(book, plan, layout, period, today), layout.first_row - 1):
        for place_, (_, field) in enumerate(layout.columns):
            _put(sheet, line, place_, row.get(field), plain)
    paper.close()
    return stream.getvalue()


def _put(sheet: Any, line: int, place: int, value: object, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(line, place, None, style)
    elif isinstance(value, (int, float)) or value.__class__.__name__ == "Decimal":
        sheet.write_number(line, place, float(value), style)  # type: ignore[arg-type]
    else:
        sheet.write_string(line, place, str(value), style)


def cells_that_differ(ours: bytes, theirs: bytes, name: str) -> list[tuple[str, str, str]]:
    """(cell, last year's file, ours) wherever the two sheets differ: the layout is right when only data do."""
    a, b = (read_sheet(data, file).rows for data, file in ((theirs, name), (ours, "ours.xlsx")))
    found = []
    for line in range(max(len(a), len(b))):
        left, right = (rows[line] if line < len(rows) else [] for rows in (a, b))
        for place in range(max(len(left), len(right))):
            x, y = (_plain(row[place]) if place < len(row) else "" for row in (left, right))
            if x != y:
                found.append((xl_rowcol_to_cell(line, place), x, y))
    return found


def _plain(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
