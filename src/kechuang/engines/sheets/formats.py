"""Sheets as people send them: bytes in, pages out, whatever the extension claims."""

import csv
import io
import re
import zipfile
from dataclasses import replace

from kechuang.engines.base.errors import Invalid

from .pages import MAX_BYTES, MAX_COLUMNS, MAX_PAGES, MAX_ROWS, Page
from .xlsx import read_xls, read_xlsx, refuse_bomb

_OLE = b"\xd0\xcf\x11\xe0"
_SHEETS = re.compile(r"\.(?:xlsx|xlsm|xls|et|csv|txt|docx|pdf|html?)$", re.IGNORECASE)


def read_pages(data: bytes, name: str) -> list[Page]:
    """Every page of an .xlsx, .xls, .csv, of the tables of a .docx or a text .pdf, of a zip of
    such files.

    Args:
        data: The whole file.
        name: Its name, for the words of a refusal.

    Raises:
        Invalid: Too large, not a sheet, a zip bomb, an encoding that cannot be told.
    """
    if len(data) > MAX_BYTES:
        raise Invalid("sheet.size", "file", megabytes=MAX_BYTES // 1000000)
    if not data.strip():
        raise Invalid("sheet.empty", "file")
    if data.startswith(_OLE):
        return read_xls(data, name)
    if data.startswith(b"PK"):
        return _read_packed(data, name)
    if data.startswith(b"%PDF"):
        from .paper import read_pdf  # a third of a second, which a plain sheet need not wait

        return read_pdf(data, name)
    head = data[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(b"<"):
        from .markup import read_html, read_spreadsheetml

        if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
            return read_spreadsheetml(data, name)
        if re.search(rb"<(?:!doctype|html|table|head|meta)[\s>]", head):
            return read_html(_decode(data, name), name)
    return [Page("", _read_csv(data, name))]


def read_sheet(data: bytes, name: str) -> Page:
    """The first page of a file.

    Raises:
        Invalid: As `read_pages`.
    """
    return read_pages(data, name)[0]


def _read_packed(data: bytes, name: str) -> list[Page]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                from .paper import read_word

                refuse_bomb(archive)
                return read_word(data, name)
            if "xl/workbook.xml" in names or not any(_SHEETS.search(n) for n in names):
                return read_xlsx(data, name)
            refuse_bomb(archive)
            return _read_bundle(archive, name)
    except zipfile.BadZipFile as e:
        raise Invalid("sheet.broken", "file", name=name) from e


def _read_bundle(archive: zipfile.ZipFile, name: str) -> list[Page]:
    """Many files at once: their pages one after another, each called by its file too."""
    found: list[Page] = []
    for entry in archive.infolist():
        title = entry.filename.rsplit("/", 1)[-1]
        if not _SHEETS.search(title) or title.startswith((".", "~$")):
            continue
        try:
            data = archive.read(entry)
        except (RuntimeError, NotImplementedError, OSError, EOFError) as e:
            raise Invalid("sheet.broken", "file", name=title) from e
        for page in _alone(data, title):
            called = f"{title} › {page.name}" if page.name else title
            found.append(replace(page, name=called, file=title))
        if len(found) > MAX_PAGES:
            raise Invalid("sheet.too_many_pages", "file", name=name, most=MAX_PAGES)
    return found


def _alone(data: bytes, title: str) -> list[Page]:
    """The pages of one file of many.

    Raises:
        Invalid: It is itself a bundle, or cannot be read; the words name the file.
    """
    if data.startswith(b"PK") and not re.search(r"\.(?:xlsx|xlsm|docx|et)$", title, re.IGNORECASE):
        raise Invalid("sheet.broken", "file", name=title)
    try:
        return read_pages(data, title)
    except Invalid as e:
        raise Invalid("sheet.one_of_many", "file", name=title, error=e.words) from e


def _read_csv(data: bytes, name: str) -> list[list[object]]:
    text = _decode(data, name)
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


def _decode(data: bytes, name: str) -> str:
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
