"""Files called .xls that are markup: XML Spreadsheet 2003, and pages with a table."""

import lxml.etree
import lxml.html

from kechuang.engines.base.errors import Invalid

from .pages import MAX_COLUMNS, MAX_PAGES, MAX_ROWS, Page, Span, fill_merged

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
Rows = list[list[object]]


class Grid:
    """Rows that grow cell by cell, with what is merged; refuses a giant grid."""

    def __init__(self) -> None:
        self.rows: Rows = []
        self.merged: list[Span] = []
        self.taken: set[tuple[int, int]] = set()

    def put(self, line: int, place: int, value: object, down: int = 0, right: int = 0) -> int:
        """A cell at a line and place (0-based) or the next free one; returns the place after it."""
        while (line, place) in self.taken:
            place += 1
        if line + down >= MAX_ROWS:
            raise Invalid("sheet.too_long", "file", rows=MAX_ROWS)
        if place + right >= MAX_COLUMNS:
            raise Invalid(
                "sheet.too_wide",
                "file",
                column=place + 1,
                line=line + 1,
                rows=MAX_ROWS,
                columns=MAX_COLUMNS,
            )
        for row in range(line, line + down + 1):
            while len(self.rows) <= row:
                self.rows.append([])
            held = self.rows[row]
            held.extend([None] * (place + right + 1 - len(held)))
            if down:
                self.taken.update((row, p) for p in range(place, place + right + 1))
        self.rows[line][place] = value
        if down or right:
            self.merged.append((line + 1, place + 1, line + down + 1, place + right + 1))
        return place + right + 1

    def page(
        self, name: str, hidden: bool = False, hidden_rows: frozenset[int] = frozenset()
    ) -> Page:
        """What has grown, as a page."""
        widest = max((len(r) for r in self.rows), default=0)
        for row in self.rows:
            row.extend([None] * (widest - len(row)))
        filled = fill_merged(self.rows, self.merged)
        return Page(name, filled, merged=tuple(self.merged), hidden=hidden, hidden_rows=hidden_rows)


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 7 else 0


def read_spreadsheetml(data: bytes, name: str) -> list[Page]:
    """The worksheets of an XML Spreadsheet 2003.

    Raises:
        Invalid: No well-formed XML, or a giant grid.
    """
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = lxml.etree.fromstring(data.strip(), parser)
    except lxml.etree.XMLSyntaxError as e:
        raise Invalid("sheet.broken", "file", name=name) from e
    return [_worksheet(sheet) for sheet in root.findall(f"{_SS}Worksheet")[:MAX_PAGES]] or [
        Page("", [])
    ]


def _worksheet(sheet: "lxml.etree._Element") -> Page:
    grid, hidden, line = Grid(), set(), -1
    for row in sheet.iterfind(f"{_SS}Table/{_SS}Row"):
        line = _count(row.get(f"{_SS}Index")) - 1 if row.get(f"{_SS}Index") else line + 1
        if row.get(f"{_SS}Hidden") == "1":
            hidden.add(line + 1)
        place = 0
        for cell in row.iterfind(f"{_SS}Cell"):
            place = max(_count(cell.get(f"{_SS}Index")) - 1, place)
            down, right = _count(cell.get(f"{_SS}MergeDown")), _count(cell.get(f"{_SS}MergeAcross"))
            place = grid.put(line, place, _value(cell.find(f"{_SS}Data")), down, right)
    visible = sheet.find("{urn:schemas-microsoft-com:office:excel}WorksheetOptions/{*}Visible")
    return grid.page(sheet.get(f"{_SS}Name") or "", visible is not None, frozenset(hidden))


def _value(data: "lxml.etree._Element | None") -> object:
    if data is None:
        return None
    text = "".join(data.itertext())
    if data.get(f"{_SS}Type") == "Number":
        try:
            return float(text)
        except ValueError:
            return text
    return text.removesuffix("T00:00:00.000") if data.get(f"{_SS}Type") == "DateTime" else text


def read_html(text: str, name: str) -> list[Page]:
    """The outermost tables of a page, each a page.

    Raises:
        Invalid: No table in it, or a giant grid.
    """
    try:
        root = lxml.html.document_fromstring(
            text.encode(), parser=lxml.html.HTMLParser(encoding="utf-8")
        )
    except (lxml.etree.ParserError, ValueError) as e:
        raise Invalid("sheet.broken", "file", name=name) from e
    tables = [t for t in root.iter("table") if not any(a.tag == "table" for a in t.iterancestors())]
    pages = [_table(t) for t in tables[:MAX_PAGES]]
    if not pages:
        raise Invalid("sheet.no_table", "file", name=name)
    return pages


def _table(table: "lxml.html.HtmlElement") -> Page:
    grid = Grid()
    for line, row in enumerate(table.iter("tr")):
        place = 0
        for cell in row:
            if cell.tag in ("td", "th"):
                down, right = (max(_count(cell.get(n)), 1) - 1 for n in ("rowspan", "colspan"))
                words = " ".join(cell.text_content().split())
                place = grid.put(line, place, words or None, down, right)
    return grid.page("")
