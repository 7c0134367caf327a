"""Workbooks of Excel: .xlsx, looked through before it is unfolded, and the old .xls.

Refuses what cannot be read safely, with the remedy.
"""

import html
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from kechuang.engines.base.errors import Invalid

from .pages import (
    MAX_COLUMNS,
    MAX_PAGES,
    MAX_ROWS,
    MAX_UNPACKED,
    Page,
    Span,
    column_name,
    fill_merged,
)

MAX_RATIO = 150
_CELL = re.compile(  # one to look at: an error, perhaps far out, or with a formula
    rb"""<(?:\w+:)?c\s(?=[^>]*?(?:\bt\s*=\s*["']e["']|\br\s*=\s*["'](?:[A-Za-z]{2}|[A-Za-z]\d{6}))"""
    rb"""|[^>]*>\s*<(?:\w+:)?f[\s>/])([^>]*?)(?:/>|>(\s*<(?:\w+:)?f[\s>/])?)"""
)
_AT = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,9})(\d{1,30})["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br\s*=\s*["'](\d{1,30})["'][^>]*>""")
_FAR_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br\s*=\s*["'](\d{6,30})["']""")
_HIDDEN = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
_HIDDEN_COLUMN = re.compile(rb"""<(?:\w+:)?col\s[^>]*>""")
_LIMITS = re.compile(rb"""\b(min|max)\s*=\s*["'](\d{1,6})["']""")
_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_SHARED = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v>(\d{1,9})<""")
_STRING = re.compile(rb"<(?:\w+:)?si>(.*?)</(?:\w+:)?si>", re.DOTALL)
_MOST_TEXT = 200_000_000  # characters in all cells together
_MERGE = re.compile(
    rb"""<(?:\w+:)?mergeCell\s+ref\s*=\s*["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']"""
)
_MOST_MERGED = 20_000
_CHUNK = 4_000_000


@dataclass
class _Scan:
    """What the worksheet's own text tells beside its values."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    merged: dict[Span, None] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    shared: list[int] = field(default_factory=list)  # length of each shared string
    weight: int = 0  # characters that the cells would hold


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + (letter & 0xDF) - 64  # either case
    return number


_BROKEN = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    KeyError,
    EOFError,
    OSError,
    ValueError,
)


def read_xlsx(data: bytes, name: str) -> list[Page]:
    """Every worksheet of an .xlsx.

    Raises:
        Invalid: A zip bomb, a giant grid, or no whole .xlsx.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            refuse_bomb(archive)
            found, weight = [], 0
            for title, path, hidden in _worksheets(archive):
                scan = _scan(archive, path, weight)
                weight = scan.weight
                found.append((title, hidden, scan))
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [_page(book.get_sheet_by_name(title), hidden, scan) for title, hidden, scan in found]
    except _BROKEN as e:
        raise Invalid("sheet.broken", "file", name=name) from e


def read_xls(data: bytes, name: str) -> list[Page]:
    """Every worksheet of an old .xls. Formulas and hidden rows cannot be told there.

    Raises:
        Invalid: A password, or no workbook at all.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        pages = []
        for meta in book.sheets_metadata[:MAX_PAGES]:
            sheet = book.get_sheet_by_name(meta.name)
            scan = _Scan(merged=dict.fromkeys(_spans(sheet)))
            pages.append(_page(sheet, "visible" not in str(meta.visible).lower(), scan))
    except _BROKEN as e:
        raise Invalid("sheet.xls", "file", name=name) from e
    return pages


def _spans(sheet: CalamineSheet) -> list[Span]:
    ranges = sheet.merged_cell_ranges or []
    return [(a + 1, b + 1, c + 1, d + 1) for (a, b), (c, d) in ranges[:_MOST_MERGED]]


def _page(sheet: CalamineSheet, hidden: bool, scan: _Scan) -> Page:
    rows = sheet.to_python(skip_empty_area=False)
    if rows and len(rows[0]) > MAX_COLUMNS:  # cells that do not say where they stand
        widest = column_name(len(rows[0]))
        raise Invalid(
            "sheet.too_wide", "file", column=widest, line="", rows=MAX_ROWS, columns=MAX_COLUMNS
        )
    if len(rows) > MAX_ROWS:
        raise Invalid("sheet.too_long", "file", rows=MAX_ROWS)
    merged = tuple(scan.merged)
    return Page(
        sheet.name,
        fill_merged(rows, merged),
        frozenset(scan.formulas),
        frozenset(scan.errors),
        merged,
        hidden,
        frozenset(scan.hidden_rows),
        frozenset(scan.hidden_columns),
    )


def refuse_bomb(archive: zipfile.ZipFile) -> None:
    """A zip that unfolds to far more than a sheet is not opened."""
    entries = archive.infolist()
    unpacked = sum(e.file_size for e in entries)
    packed = max(sum(e.compress_size for e in entries), 1)
    if (
        len(entries) > 2_000
        or unpacked > MAX_UNPACKED
        or (unpacked > 20_000_000 and unpacked / packed > MAX_RATIO)
    ):
        raise Invalid("sheet.bomb", "file")


def _worksheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str, bool]]:
    """(title, path, whether hidden) of every page with cells."""
    workbook = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    paths = {}
    for relation in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", relations):
        known, target = _said(relation, "Id"), _said(relation, "Target").lstrip("/")
        paths[known] = target if target.startswith("xl/") else f"xl/{target}"
    sheets = re.findall(r"<(?:\w+:)?sheet\s[^>]*>", workbook)[:MAX_PAGES]
    if not sheets:
        raise KeyError("sheet")
    for sheet in sheets:
        path = paths[_said(sheet, "r:id")]
        if "chartsheet" not in path:
            yield (
                html.unescape(_said(sheet, "name")),
                path,
                "hidden" in _said(sheet, "state").lower(),
            )


def _said(tag: str, name: str) -> str:
    found = re.search(rf"""\b{name}\s*=\s*["']([^"']*)["']""", tag)
    return found[1] if found else ""


def _scan(archive: zipfile.ZipFile, path: str, weight: int) -> _Scan:
    """Where formulas, errors and merged cells stand; refuses sheets whose outermost cell would
    need a giant grid.

    Args:
        weight: Characters in the pages before.
    """
    found = _Scan(shared=_shared_lengths(archive), weight=weight)
    read = 0
    with archive.open(path) as stream:
        tail = b""
        while chunk := stream.read(_CHUNK):
            read += len(chunk)
            if read > MAX_UNPACKED:
                raise Invalid("sheet.bomb_short", "file")
            text = tail + chunk
            _scan_cells(text, found)
            tail = text[-300:]
    return found


def _shared_lengths(archive: zipfile.ZipFile) -> list[int]:
    try:
        text = archive.read("xl/sharedStrings.xml")
    except KeyError:
        return []
    return [len(s[1]) for s in _STRING.finditer(text)]


def _scan_rows(text: bytes, found: _Scan) -> None:
    """The reader goes by the number of a row, whatever its cells say of themselves."""
    for row in _FAR_ROW.finditer(text):
        if int(row[1]) > MAX_ROWS:
            raise Invalid("sheet.too_long", "file", rows=MAX_ROWS)
    if b"hidden" not in text:
        return
    found.hidden_rows.update(int(r[1]) for r in _ROW.finditer(text) if _HIDDEN.search(r[0]))
    for column in _HIDDEN_COLUMN.finditer(text):
        if _HIDDEN.search(column[0]):
            ends = {k: int(n) for k, n in _LIMITS.findall(column[0])}
            last = min(ends.get(b"max", 0), MAX_COLUMNS)
            found.hidden_columns.update(range(ends.get(b"min", 1), last + 1))


def _scan_cells(text: bytes, found: _Scan) -> None:
    _scan_rows(text, found)
    for cell in _CELL.finditer(text):
        at = _AT.search(cell[1])
        if at is None:
            continue
        line, column = int(at[2]), _column_number(at[1])
        if line > MAX_ROWS or column > MAX_COLUMNS:
            raise Invalid(
                "sheet.too_wide",
                "file",
                column=at[1].decode(),
                line=line,
                rows=MAX_ROWS,
                columns=MAX_COLUMNS,
            )
        if cell[2]:
            found.formulas.add((line, column))
        if _ERROR.search(cell[1]):
            found.errors.add((line, column))
    told = Counter(_SHARED.findall(text)) if found.shared else {}
    for place, times in ((int(n), times) for n, times in told.items()):
        found.weight += found.shared[place] * times if place < len(found.shared) else 0
    if found.weight > _MOST_TEXT:
        raise Invalid("sheet.bomb_of_text", "file")
    for merge in _MERGE.finditer(text) if b"mergeCell" in text else ():
        span = (int(merge[2]), _column_number(merge[1]), int(merge[4]), _column_number(merge[3]))
        if len(found.merged) < _MOST_MERGED:
            found.merged[span] = None
