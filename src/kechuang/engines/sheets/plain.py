"""The sheets that nearly all are, .xlsx, .xls and .csv: bytes in, pages out, without waiting for
the readers of paper.
"""

import csv
import io

from kechuang.engines.base.errors import Invalid

from .pages import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Page
from .xlsx import read_xls, read_xlsx

_OFFICE = (b"[Content_Types]", b"_rels/", b"docProps/", b"xl/", b"customXml/")
_OLE = b"\xd0\xcf\x11\xe0"


def is_plain(data: bytes) -> bool:
    """Whether a file is read here: by its content, whatever its name claims."""
    if data.startswith(b"PK"):
        first = data[30 : 30 + int.from_bytes(data[26:28], "little")]
        of_office = first.startswith(_OFFICE)  # else a bundle, which may hold workbooks
        return of_office and b"xl/workbook.xml" in data and b"word/document.xml" not in data
    head = data[:2000].lstrip(b"\xef\xbb\xbf \r\n\t")
    return not data.startswith(b"%PDF") and not head.startswith(b"<")


def read_plain(data: bytes, name: str) -> list[Page]:
    """Every page of an .xlsx or .xls, the one of a .csv.

    Args:
        data: The whole file.
        name: Its name, for the words of a refusal.

    Raises:
        Invalid: Too large, not a sheet, a zip bomb, an encoding that cannot be told.
    """
    refuse_size(data)
    if data.startswith(_OLE):
        return read_xls(data, name)
    if data.startswith(b"PK"):
        return read_xlsx(data, name)
    return [Page("", _read_csv(data, name))]


def read_sheet(data: bytes, name: str) -> Page:
    """The first page of a file.

    Raises:
        Invalid: As `read_plain`.
    """
    return read_plain(data, name)[0]


def refuse_size(data: bytes) -> None:
    """Refuse a file that is too large, or empty."""
    if len(data) > MAX_BYTES:
        raise Invalid("sheet.size", "file", megabytes=MAX_BYTES // 1000000)
    if not data.strip():
        raise Invalid("sheet.empty", "file")


def _read_csv(data: bytes, name: str) -> list[list[object]]:
    text = decode(data, name)
    if "\x00" in text:
        raise Invalid("sheet.binary", "file", name=name)
    head = text[:20_000].split("\n", 5)[:5]
    apart = max(",\t;", key=lambda mark: max((line.count(mark) for line in head), default=0))
    csv.field_size_limit(MAX_BYTES)
    try:
        rows: list[list[object]] = [
            list(r) for r in csv.reader(io.StringIO(text, newline=""), delimiter=apart)
        ]
    except csv.Error as e:
        raise Invalid("sheet.csv", "file", name=name, error=e) from e
    if len(rows) > MAX_ROWS:
        raise Invalid("sheet.too_long", "file", rows=MAX_ROWS)
    widest = max((len(r) for r in rows), default=0)
    if widest > MAX_COLUMNS * 10:
        raise Invalid(
            "sheet.too_wide", "file", column=widest, line="", rows=MAX_ROWS, columns=MAX_COLUMNS
        )
    return rows


def decode(data: bytes, name: str) -> str:
    """The text of a file in the encodings of Excel and WPS."""
    encodings = ["utf-8-sig", "gb18030"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings.insert(0, "utf-16")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        strange = sum(1 for c in text[:5000] if "\ue000" <= c <= "\uf8ff" or c == "\ufffd")
        if strange * 50 <= min(len(text), 5000):
            return text
    raise Invalid("sheet.encoding", "file", name=name)
