"""Bytes of a policy document to its text: txt, html, docx, pdf with a text layer. Pure: bytes in, text out."""

import io
import re
import zipfile

import docx
import lxml.etree
import lxml.html
import pypdfium2
from docx.document import Document as Word
from docx.table import Table
from docx.text.paragraph import Paragraph

from kechuang.engines.base.errors import Invalid

from .wrapping import unwrap

MAX_BYTES = 30_000_000
MAX_UNPACKED = 200_000_000
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
        raise Invalid(
            f"文件超过 {MAX_BYTES // 1_000_000} MB，请只留政策正文再试", "file", "document.size"
        )
    if not data.strip():
        raise Invalid("文件是空的，请换一份有内容的文件", "file", "document.empty")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid(f"“{name}”是旧版 .doc，请另存为 .docx 再试", "file", "document.doc")
    if data.startswith(b"%PDF"):
        text = _pdf(data, name)
    elif data.startswith(b"PK"):
        text = "\n".join(_blocks(open_word(data, name))) + "\n"
    else:
        text = _plain(data, name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_CHARACTERS:
        raise Invalid(f"正文超过 {MAX_CHARACTERS} 个字，请拆成几份", "file", "document.length")
    return text


def _plain(data: bytes, name: str) -> str:
    text = _decode(data, name)
    looks = text[:2000].lstrip("\ufeff \n\t").lower()
    if looks.startswith(("<!doctype", "<html", "<?xml")) or re.search(
        r"<(body|div|p|table)[\s>]", looks
    ):
        return _html(text)
    if "\x00" in text:
        raise Invalid(
            f"“{name}”不是文本，请用 txt、docx、html 或带文字的 pdf", "file", "document.binary"
        )
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
    raise Invalid(f"“{name}”的编码认不出来，请另存为 UTF-8", "file", "document.encoding")


def _html(text: str) -> str:
    try:
        root = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (lxml.etree.ParserError, ValueError) as e:
        raise Invalid("网页里没有正文", "file", "document.html") from e
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


def open_word(data: bytes, name: str) -> Word:
    """A .docx opened with care.

    Raises:
        Invalid: Not a whole .docx, or one that unpacks to far more than a document.
    """
    broken = Invalid(f"“{name}”打不开：不是完整的 .docx，请重新另存", "file", "document.broken")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(e.file_size for e in archive.infolist()) > MAX_UNPACKED:
                raise Invalid("文件展开后异常巨大，已拒绝", "file", "document.bomb")
        return docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError, lxml.etree.LxmlError) as e:
        raise broken from e


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
        raise Invalid(f"“{name}”打不开：PDF 损坏或加了密码", "file", "document.pdf") from e
    try:
        count = len(book)
        if count > MAX_PAGES:
            raise Invalid(f"PDF 有 {count} 页，最多 {MAX_PAGES} 页", "file", "document.pages")
        pages = [book[n].get_textpage().get_text_bounded() for n in range(count)]
    finally:
        book.close()
    text = "\n".join(p.replace("\r\n", "\n").replace("\ufffe", "") for p in pages)
    if len(re.sub(r"\s", "", text)) < 20 * count and len(re.sub(r"\s", "", text)) < 200:
        raise Invalid(
            f"“{name}”是扫描件，里面没有文字。请先做文字识别（OCR），或换成 Word、网页版",
            "file",
            "document.scanned",
        )
    return unwrap(text)[0]
