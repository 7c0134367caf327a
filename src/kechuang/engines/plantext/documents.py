"""Bytes of a policy document to its text: txt, html, docx, pdf with a text layer.

Pure: bytes in, text out.
"""

import re

import lxml.etree
import lxml.html
import pypdfium2
from docx.document import Document as Word
from docx.table import Table
from docx.text.paragraph import Paragraph

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.word import open_word

from .wrapping import unwrap

MAX_BYTES = 30_000_000
MAX_CHARACTERS = 2_000_000
MAX_PAGES = 1_000
_BLOCKS = frozenset(
    "p div li tr br h1 h2 h3 h4 h5 h6 section article header footer nav table ul ol dt dd pre blockquote form title".split()
)
_SILENT = frozenset(("script", "style", "noscript", "template", "head"))


def read_document(data: bytes, name: str) -> str:
    """The text of a document, lines as the document breaks them.

    Raises:
        Invalid: Empty, too large, an old .doc, a scanned PDF, an encoding that cannot be told.
    """
    if len(data) > MAX_BYTES:
        raise Invalid("document.size", "file", megabytes=MAX_BYTES // 1000000)
    if not data.strip():
        raise Invalid("sheet.empty", "file")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid("document.doc", "file", name=name)
    if data.startswith(b"%PDF"):
        text = _pdf(data, name)
    elif data.startswith(b"PK"):
        text = "\n".join(_blocks(open_word(data, name))) + "\n"
    else:
        text = _plain(data, name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_CHARACTERS:
        raise Invalid("document.length", "file", most=MAX_CHARACTERS)
    return text


def _plain(data: bytes, name: str) -> str:
    text = _decode(data, name)
    looks = text[:2000].lstrip("\ufeff \n\t").lower()
    if looks.startswith(("<!doctype", "<html", "<?xml")) or re.search(
        r"<(body|div|p|table)[\s>]", looks
    ):
        return _html(text)
    if "\x00" in text:
        raise Invalid("document.binary", "file", name=name)
    return text.lstrip("\ufeff")


def _decode(data: bytes, name: str) -> str:
    encodings = ["utf-8-sig", "gb18030"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings.insert(0, "utf-16")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("document.encoding", "file", name=name)


def _html(text: str) -> str:
    try:
        root = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (lxml.etree.ParserError, ValueError) as e:
        raise Invalid("document.html", "file") from e
    parts: list[str] = []
    _walk(root, parts)
    lines = [
        re.sub(r"[ \t\u00a0\u3000]+", " ", line).strip(" ") for line in "".join(parts).split("\n")
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _walk(node: "lxml.html.HtmlElement", parts: list[str]) -> None:
    if not isinstance(node.tag, str):
        _tail(node, parts)
        return
    if node.tag in _SILENT:
        _tail(node, parts)
        return
    block = node.tag in _BLOCKS
    parts.append(
        "\n"
        if block
        else "\t"
        if node.tag in ("td", "th") and node.getprevious() is not None
        else ""
    )
    parts.append(re.sub(r"\s+", " ", node.text or ""))
    for child in node:
        _walk(child, parts)
    parts.append("\n" if block else "")
    _tail(node, parts)


def _tail(node: "lxml.html.HtmlElement", parts: list[str]) -> None:
    parts.append(re.sub(r"\s+", " ", node.tail or ""))


def _blocks(word: Word) -> list[str]:
    lines: list[str] = []
    for block in word.iter_inner_content():
        if isinstance(block, Paragraph):
            lines.append(block.text)
        elif isinstance(block, Table):
            lines += [
                "\t".join(cell.text.replace("\n", " ") for cell in row.cells) for row in block.rows
            ]
    return lines


def _pdf(data: bytes, name: str) -> str:
    try:
        book = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as e:
        raise Invalid("document.pdf", "file", name=name) from e
    try:
        count = len(book)
        if count > MAX_PAGES:
            raise Invalid("document.pages", "file", count=count, most=MAX_PAGES)
        pages = [book[n].get_textpage().get_text_bounded() for n in range(count)]
    finally:
        book.close()
    text = "\n".join(p.replace("\r\n", "\n").replace("\ufffe", "") for p in pages)
    if len(re.sub(r"\s", "", text)) < 20 * count and len(re.sub(r"\s", "", text)) < 200:
        raise Invalid("document.scanned", "file", name=name)
    return unwrap(text)[0]
