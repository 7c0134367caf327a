"""Tables on paper: of a Word document, and of a PDF with a text layer."""

import io
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import pdfplumber
from docx.table import Table
from pdfplumber.utils.exceptions import PdfminerException

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.word import open_word

from .markup import Grid
from .pages import MAX_PAGES, Page
from .unruled import Bands, lines_of, read_leaf

_MOST_LEAVES = 300
_WRAPPED = re.compile(r"(?<=[\u3000-\u9fff（）])\s+(?=[\u3000-\u9fff（）])")


def read_word(data: bytes, name: str) -> list[Page]:
    """The tables of a .docx, each a page, with the lines between them above: 单位：万元 stands
    there.

    Raises:
        Invalid: Broken, or without a table.
    """
    pages: list[Page] = []
    above: list[str] = []
    for part in open_word(data, name).iter_inner_content():
        if not isinstance(part, Table):
            above.append(str(getattr(part, "text", "")).strip())
            continue
        grid, lines = Grid(), [line for line in above if line][-5:]
        for number, line in enumerate(lines):
            grid.put(number, 0, line)
        for number, row in enumerate(part.rows, len(lines)):
            _put_row(grid, number, row)
        pages.append(grid.page(""))
        above = []
    if not pages:
        raise Invalid("sheet.no_table", "file", name=name)
    return pages[:MAX_PAGES]


def _put_row(grid: Grid, line: int, row: Any) -> None:
    """A row with its merged cells: Word gives the same cell for every place that it takes."""
    place, cells = 0, list(row.cells)
    while place < len(cells):
        wide = 1
        while place + wide < len(cells) and cells[place + wide]._tc is cells[place]._tc:
            wide += 1
        grid.put(line, place, cells[place].text.strip() or None, right=wide - 1)
        place += wide


def read_pdf(data: bytes, name: str) -> list[Page]:
    """The tables of a PDF, ruled or not; a table that goes on over leaves is one page.

    Raises:
        Invalid: Broken, locked, scanned, or without a table whose columns can be told apart.
    """
    grids: list[Grid] = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as book:
            if len(book.pages) > _MOST_LEAVES:
                raise Invalid("document.pages", "file", count=len(book.pages), most=_MOST_LEAVES)
            bands: Bands = ()
            for leaf in book.pages:
                bands = _read_leaf(leaf, grids, bands)
                leaf.close()
    except (PdfminerException, ValueError, KeyError, TypeError, AssertionError) as e:
        raise Invalid("document.pdf", "file", name=name) from e
    if not grids:
        raise Invalid("sheet.no_table_in_pdf", "file", name=name)
    return [grid.page("") for grid in grids]


def _read_leaf(leaf: Any, grids: list[Grid], before: Bands) -> Bands:
    """Take in a leaf's tables; returns the columns of one without lines, for the leaf after it."""
    ruled = leaf.find_tables()
    if ruled:
        _read_ruled(leaf, ruled, grids)
        return ()
    found = read_leaf(leaf, before)
    if found is None:
        if grids:  # behind a table nothing is passed over in silence
            _go_on(grids, [], [[line] for line in lines_of(leaf)])
        return ()
    above = found.above
    if found.carried and not _carried(grids, found.carried):
        above = [*above, " ".join(filter(None, found.carried))]
    _go_on(grids, above, [[_joined(c) for c in row] for row in found.rows])
    return found.bands


def _read_ruled(leaf: Any, ruled: Any, grids: list[Grid]) -> None:
    top = 0.0
    for table in ruled:
        rows = [[_joined(c) for c in row] for row in table.extract()]
        _, upper, _, lower = table.bbox
        words: list[str] = []
        if upper - top > 4:
            words = (leaf.crop((0, top, leaf.width, upper)).extract_text() or "").splitlines()
        top = min(lower, leaf.height)
        words = [
            w
            for w in (line.strip() for line in words)
            if w and not re.fullmatch(r"[-—\s\d第页共/]+", w)
        ]
        _go_on(grids, words, rows)


def _carried(grids: list[Grid], cells: Sequence[str | None]) -> bool:
    """Put cells on top of a leaf to the last row of the leaf before; False where none is so wide."""
    if not grids or len(grids[-1].rows[-1]) != len(cells):
        return False
    last = grids[-1].rows[-1]
    for place, cell in enumerate(cells):
        if cell:
            told = last[place]
            last[place] = _joined(f"{told}\n{cell}" if told else cell)
    return True


def _go_on(grids: list[Grid], words: Sequence[str], rows: Sequence[list[str | None]]) -> None:
    """A table of a leaf: its rows go on where those of the leaf before ended, if nothing stands
    above it and it is as wide.
    """
    alike = grids and rows and len(rows[0]) in (1, len(grids[-1].rows[-1]))
    if not alike or words:
        grids.append(Grid())
    grid = grids[-1]
    for above in words[-5:]:
        grid.put(len(grid.rows), 0, above)
    for row in rows:
        line = len(grid.rows)
        for place, cell in enumerate(row):
            grid.put(line, place, cell)


def _joined(cell: str | None) -> str | None:
    """A cell's words as one line: breaks within Chinese text are the paper's, not the writer's."""
    if not cell:
        return None
    text = unicodedata.normalize("NFC", cell).strip()
    return _WRAPPED.sub("", re.sub(r"\s*\n\s*", _break, text)) or None


def _break(found: "re.Match[str]") -> str:
    text, start, end = found.string, found.start(), found.end()
    before, after = text[start - 1 : start], text[end : end + 1]
    return " " if before.isalpha() and before.isascii() and after.isascii() else ""
