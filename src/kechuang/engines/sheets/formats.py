"""Sheets as people send them, on paper and in bundles too: bytes in, pages out."""

import io
import re
import zipfile
from dataclasses import replace

from kechuang.engines.base.errors import Invalid

from .markup import read_html, read_spreadsheetml
from .pages import MAX_PAGES, Page
from .paper import read_pdf, read_word
from .plain import decode, is_plain, read_plain, refuse_size
from .xlsx import read_xlsx, refuse_bomb

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
    refuse_size(data)
    if data.startswith(b"%PDF"):
        return read_pdf(data, name)
    if data.startswith(b"PK"):
        return _read_packed(data, name)
    head = data[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if not is_plain(data):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
            return read_spreadsheetml(data, name)
        if re.search(rb"<(?:!doctype|html|table|head|meta)[\s>]", head):
            return read_html(decode(data, name), name)
    return read_plain(data, name)


def _read_packed(data: bytes, name: str) -> list[Page]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
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
