"""Returns in the receiver's own layout, as Excel or Word: words above, rows, words below."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import docx
import xlsxwriter
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from kechuang.book.schemas import Book, Plan, ReturnLayout
from kechuang.district.core.sheets import TYPE
from kechuang.district.plan.services import place_name
from kechuang.district.plan.services.layouts import rows_of
from kechuang.engines.base.periods import period_span

from .paper import DOCX, figure, keep_rows_whole

KINDS = {"xlsx": TYPE, "docx": DOCX}
WIDE = 6  # a Word table of more columns lies on its side


@dataclass(frozen=True)
class Filled:
    """A layout with its words and rows put in."""

    layout: ReturnLayout
    head: tuple[tuple[str, str], ...]  # (cell or "", words)
    rows: tuple[Mapping[str, Any], ...]
    foot: tuple[str, ...]
    facts: Mapping[str, Any]


def filled_return(
    book: Book, plan: Plan, layout: ReturnLayout, period: str, today: date
) -> tuple[bytes, str]:
    """The return as the receiver lays it out, and its media type."""
    _, end = period_span(period)
    day = min(end, today)
    facts = {
        "year": end.year,
        "month": end.month,
        "quarter": (end.month + 2) // 3,
        "place": place_name(book),
        "title": layout.title,
        "receiver": layout.receiver,
        "day": day,
    }
    filled = Filled(
        layout,
        tuple((cell, text.format(**facts)) for cell, text in layout.head),
        tuple(rows_of(book, plan, layout, period, today)),
        tuple(text.format(**facts) for text in layout.foot),
        facts,
    )
    data = _as_document(filled) if layout.kind == "docx" else _as_sheet(filled)
    return data, KINDS[layout.kind]


def _as_sheet(filled: Filled) -> bytes:
    layout, stream = filled.layout, io.BytesIO()
    paper = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = paper.add_worksheet(layout.title[:31])
    head, plain = (
        paper.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center"}),
        paper.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
    )
    for cell, text in filled.head:
        sheet.write_string(cell, text)
    for place, (heading, _) in enumerate(layout.columns):
        sheet.set_column(place, place, 12 if len(heading) < 5 else 22)
        sheet.write_string(layout.first_row - 2, place, heading, head)
    for line, row in enumerate(filled.rows, layout.first_row - 1):
        for place, (_, field) in enumerate(layout.columns):
            _put(sheet, line, place, row.get(field), plain)
    for line, text in enumerate(filled.foot, layout.first_row - 1 + len(filled.rows)):
        sheet.write_string(line, 0, text)
    paper.close()
    return stream.getvalue()


def _put(sheet: Any, line: int, place: int, value: object, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(line, place, None, style)
    elif isinstance(value, (int, float, Decimal)):
        sheet.write_number(line, place, float(value), style)
    else:
        sheet.write_string(line, place, str(value), style)


def _as_document(filled: Filled) -> bytes:
    layout, paper, stream = filled.layout, docx.Document(), io.BytesIO()
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "宋体", Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    page = paper.sections[0]
    if len(layout.columns) > WIDE:
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = page.page_height, page.page_width
    for n, (_, text) in enumerate(filled.head):
        said = paper.add_paragraph()
        run = said.add_run(text)
        if not n:
            said.alignment, run.bold, run.font.size = WD_ALIGN_PARAGRAPH.CENTER, True, Pt(16)
    if layout.line:
        for row in filled.rows:
            paper.add_paragraph(layout.line.format(**{**filled.facts, **_said(row)}))
    else:
        _table(paper, filled)
    for text in filled.foot:
        paper.add_paragraph(text)
    paper.save(stream)
    return stream.getvalue()


def _table(paper: Any, filled: Filled) -> None:
    columns = filled.layout.columns
    table = paper.add_table(rows=1 + len(filled.rows), cols=len(columns), style="Table Grid")
    for cell, (heading, _) in zip(table.rows[0].cells, columns, strict=True):
        cell.paragraphs[0].add_run(heading).bold = True
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(head.makeelement(qn("w:tblHeader"), {}))  # repeated on every page
    # a table's .rows and .cells are reckoned anew at each use: taken once, 12,000 rows stay linear
    for line, row in zip(list(table.rows)[1:], filled.rows, strict=True):
        words = _said(row, "")
        for cell, (_, field) in zip(line.cells, columns, strict=True):
            cell.text = str(words.get(field, ""))
    keep_rows_whole(table)


def _said(row: Mapping[str, Any], blank: str = "未知") -> dict[str, str]:
    """A row's values as words: what is not there is said, not left as a hole in a sentence."""
    return {
        k: blank
        if v is None or v == ""
        else figure(v)
        if isinstance(v, Decimal)
        else "；".join(str(v).splitlines())
        if blank
        else str(v)
        for k, v in row.items()
    }
