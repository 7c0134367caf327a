"""A filled return as places with their words, whatever its kind; and whether a layout is that of
a file once sent.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from docx.table import Table
from xlsxwriter.utility import xl_rowcol_to_cell

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.word import open_word
from kechuang.engines.sheets.plain import read_sheet

from .schemas import ReturnLayout

Places = Mapping[str, tuple[str, bool]]
"""Place → (words, whether they belong to the layout rather than to its rows). Places: A1, or ¶1, 表 A1, 后¶1 in Word."""


def places_of(layout: ReturnLayout, data: bytes, name: str) -> Places:
    """Every place of a file that was written in this layout.

    Raises:
        Invalid: The file is not of the layout's kind, or broken.
    """
    if not name.lower().endswith(f".{layout.kind}"):
        raise Invalid("layout.other_kind_of_file", "file")
    if layout.kind == "docx":
        return dict(_of_word(open_word(data, name).iter_inner_content(), layout))
    return {
        xl_rowcol_to_cell(line, place): (_plain(cell), line < layout.first_row - 1)
        for line, row in enumerate(read_sheet(data, name).rows)
        for place, cell in enumerate(row)
    }


def _of_word(
    parts: Iterator[object], layout: ReturnLayout
) -> Iterator[tuple[str, tuple[str, bool]]]:
    number, after, tables = 0, False, 0
    for part in parts:
        if isinstance(part, Table):
            after, tables, number = True, tables + 1, 0
            sign = "" if tables == 1 else f"{tables} "
            for line, row in enumerate(part.rows):
                for place, cell in enumerate(row.cells):
                    yield (
                        f"表 {sign}{xl_rowcol_to_cell(line, place)}",
                        (_plain(cell.text), not line),
                    )
            continue
        number += 1
        own = after or number <= len(layout.head)
        yield f"{'后' if after else ''}¶{number}", (_plain(getattr(part, "text", "")), own)


def _plain(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def unlike(layout: ReturnLayout, file: Path) -> list[tuple[str, str, str]]:
    """(place, the layout's words, the file's) wherever a file once sent is laid out otherwise.

    Rows are not compared.
    """
    theirs = places_of(layout, file.read_bytes(), file.name)
    return [
        (place, words, theirs.get(place, ("", True))[0])
        for place, words in _own_places(layout)
        if not _pattern(words).fullmatch(theirs.get(place, ("", True))[0])
    ]


def _own_places(layout: ReturnLayout) -> Iterator[tuple[str, str]]:
    for n, (cell, words) in enumerate(layout.head, 1):
        yield cell or f"¶{n}", words
    for n, (heading, _) in enumerate(layout.columns):
        if layout.kind == "xlsx":
            yield xl_rowcol_to_cell(layout.first_row - 2, n), heading
        else:
            yield f"表 {xl_rowcol_to_cell(0, n)}", heading


def _pattern(words: str) -> "re.Pattern[str]":
    """{year}, {month}, {place} … stand for anything; all else is as printed."""
    pieces = re.split(r"\{\w+\}", words)
    return re.compile(
        ".{1,40}".join(re.escape(p.strip()) if len(pieces) == 1 else re.escape(p) for p in pieces)
    )
