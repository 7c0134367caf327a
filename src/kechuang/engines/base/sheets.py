"""Sheets as people send them: bytes in, rows out.

Refuses what cannot be read safely, with the remedy.
"""

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from python_calamine import CalamineError, CalamineWorkbook

from .errors import Invalid

MAX_BYTES = 30_000_000
MAX_UNPACKED = 300_000_000
MAX_RATIO = 150
MAX_ROWS = 100_000
MAX_COLUMNS = 120
MAX_CELL = 20_000
_OLE = b"\xd0\xcf\x11\xe0"
_CELL = re.compile(  # one to look at: an error, perhaps far out, or with a formula
    rb"""<(?:\w+:)?c\s(?=[^>]*?(?:\bt\s*=\s*["']e["']|\br\s*=\s*["'](?:[A-Za-z]{2}|[A-Za-z]\d{6}))"""
    rb"""|[^>]*>\s*<(?:\w+:)?f[\s>/])([^>]*?)(?:/>|>(\s*<(?:\w+:)?f[\s>/])?)"""
)
_AT = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,9})(\d{1,30})["']""")
_FAR_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br\s*=\s*["'](\d{6,30})["']""")
_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_SHARED = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v>(\d{1,9})<""")
_STRING = re.compile(rb"<(?:\w+:)?si>(.*?)</(?:\w+:)?si>", re.DOTALL)
_MOST_TEXT = 200_000_000  # characters in all cells together
_MERGE = re.compile(
    rb"""<(?:\w+:)?mergeCell\s+ref\s*=\s*["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']"""
)
_MOST_MERGED = 20_000
_CHUNK = 4_000_000


@dataclass(frozen=True)
class Sheet:
    """Rows of the first worksheet. ``rows[0]`` stands in line ``first`` of the sheet (1-based).

    ``formulas`` holds (line, column) of cells computed by a formula, ``errors`` those that show
    #N/A or the like;
    both 1-based. Merged cells hold their value in every place.
    """

    rows: list[list[object]]
    formulas: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    errors: frozenset[tuple[int, int]] = field(default_factory=frozenset)


@dataclass
class _Scan:
    """What the worksheet's own text tells beside its values."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    shared: list[int] = field(default_factory=list)  # length of each shared string
    weight: int = 0  # characters that the cells would hold


def column_name(number: int) -> str:
    """The letters of a column: 1 is A, 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + (letter & 0xDF) - 64  # either case
    return number


def read_sheet(data: bytes, name: str) -> Sheet:
    """Read an .xlsx or .csv file.

    Args:
        data: The whole file.
        name: Its name, for the words of a refusal.

    Raises:
        Invalid: Too large, not a sheet, an old .xls, a zip bomb, an encoding that cannot be told.
    """
    if len(data) > MAX_BYTES:
        raise Invalid("sheet.size", "file", megabytes=MAX_BYTES // 1000000)
    if not data.strip():
        raise Invalid("sheet.empty", "file")
    if data.startswith(_OLE):
        raise Invalid("sheet.xls", "file", name=name)
    if data.startswith(b"PK"):
        return _read_xlsx(data, name)
    return Sheet(_read_csv(data, name))


def _read_xlsx(data: bytes, name: str) -> Sheet:
    broken = Invalid("sheet.broken", "file", name=name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_bomb(archive)
            scan = _scan(archive, _first_worksheet(archive))
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        KeyError,
        EOFError,
        OSError,
        ValueError,
    ) as e:
        raise broken from e
    if rows and len(rows[0]) > MAX_COLUMNS:  # cells that do not say where they stand
        widest = column_name(len(rows[0]))
        raise Invalid(
            "sheet.too_wide", "file", column=widest, line="", rows=MAX_ROWS, columns=MAX_COLUMNS
        )
    return Sheet(_fill_merged(rows, scan.merged), frozenset(scan.formulas), frozenset(scan.errors))


def _fill_merged(
    rows: list[list[object]], merged: list[tuple[int, int, int, int]]
) -> list[list[object]]:
    """Every place of a merged range holds the value of its first cell, as a reader sees it."""
    for top, left, bottom, right in merged:
        if top > len(rows) or left > len(rows[top - 1]):
            continue
        value = rows[top - 1][left - 1]
        for row in rows[top - 1 : min(bottom, len(rows))]:
            for place in range(left - 1, min(right, len(row))):
                row[place] = value
    return rows


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unpacked = sum(e.file_size for e in entries)
    packed = max(sum(e.compress_size for e in entries), 1)
    if (
        len(entries) > 2_000
        or unpacked > MAX_UNPACKED
        or (unpacked > 20_000_000 and unpacked / packed > MAX_RATIO)
    ):
        raise Invalid("sheet.bomb", "file")


def _first_worksheet(archive: zipfile.ZipFile) -> str:
    workbook = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    sheet = re.search(r'<(?:\w+:)?sheet\s[^>]*?r:id="([^"]+)"', workbook)
    if not sheet:
        raise KeyError("sheet")
    for relation in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", relations):
        if f'Id="{sheet[1]}"' in relation and (target := re.search(r'Target="([^"]+)"', relation)):
            path = target[1].lstrip("/")
            return path if path.startswith("xl/") else f"xl/{path}"
    raise KeyError(sheet[1])


def _scan(archive: zipfile.ZipFile, path: str) -> _Scan:
    """Where formulas, errors and merged cells stand; refuses sheets whose outermost cell would
    need a giant grid.
    """
    found = _Scan(shared=_shared_lengths(archive))
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


def _refuse_far_rows(text: bytes) -> None:
    """The reader goes by the number of a row, whatever its cells say of themselves."""
    for row in _FAR_ROW.finditer(text):
        if int(row[1]) > MAX_ROWS:
            raise Invalid("sheet.too_long", "file", rows=MAX_ROWS)


def _scan_cells(text: bytes, found: _Scan) -> None:
    _refuse_far_rows(text)
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
        if span not in found.merged and len(found.merged) < _MOST_MERGED:
            found.merged.append(span)


def _read_csv(data: bytes, name: str) -> list[list[object]]:
    text = _decode(data, name)
    if "\x00" in text:
        raise Invalid("sheet.binary", "file", name=name)
    dialect = (
        "\t" if text.split("\n", 1)[0].count("\t") > text.split("\n", 1)[0].count(",") else ","
    )
    csv.field_size_limit(MAX_BYTES)
    try:
        rows: list[list[object]] = [
            list(r) for r in csv.reader(io.StringIO(text, newline=""), delimiter=dialect)
        ]
    except csv.Error as e:
        raise Invalid("sheet.csv", "file", name=name, error=e) from e
    if len(rows) > MAX_ROWS:
        raise Invalid("sheet.too_long", "file", rows=MAX_ROWS)
    return rows


def _decode(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        strange = sum(1 for c in text[:5000] if "\ue000" <= c <= "\uf8ff" or c == "\ufffd")
        if strange * 50 <= min(len(text), 5000):
            return text
    raise Invalid("sheet.encoding", "file", name=name)


def is_blank(row: Sequence[object]) -> bool:
    """Whether a row holds nothing."""
    return all(cell is None or str(cell).strip() == "" for cell in row)
