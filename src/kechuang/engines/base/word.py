"""Word files, opened with care."""

import io
import zipfile

import docx
import lxml.etree
from docx.document import Document as Word

from .errors import Invalid

MAX_UNPACKED = 200_000_000


def open_word(data: bytes, name: str) -> Word:
    """A .docx opened with care.

    Raises:
        Invalid: Not a whole .docx, or one that unpacks to far more than a document.
    """
    broken = Invalid("document.broken", "file", name=name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(e.file_size for e in archive.infolist()) > MAX_UNPACKED:
                raise Invalid("sheet.bomb_short", "file")
        return docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError, lxml.etree.LxmlError) as e:
        raise broken from e
