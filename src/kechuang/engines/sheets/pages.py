"""A page of a workbook as it was sent: cells as they stand, and what is said beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

MAX_BYTES = 30_000_000
MAX_UNPACKED = 300_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 120
MAX_CELL = 20_000
MAX_PAGES = 200
Span = tuple[int, int, int, int]  # top, left, bottom, right of merged cells, 1-based
Places = frozenset[tuple[int, int]]  # (line, column), 1-based


@dataclass(frozen=True)
class Page:
    """Rows of one page. ``rows[0]`` stands in line 1.

    ``formulas`` holds places of cells computed by a formula, ``errors`` those that show #N/A or
    the like. Merged cells hold their value in every place. ``hidden_rows`` are lines,
    ``hidden_columns`` columns, 1-based.
    """

    name: str
    rows: list[list[object]]
    formulas: Places = field(default_factory=frozenset)
    errors: Places = field(default_factory=frozenset)
    merged: tuple[Span, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = field(default_factory=frozenset)
    hidden_columns: frozenset[int] = field(default_factory=frozenset)
    file: str = ""  # of many that came at once


@dataclass(frozen=True)
class PageHead:
    """What is said of a page beside its rows; as of `Page`."""

    name: str
    total: int
    formulas: Places
    errors: Places
    hidden: bool
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    file: str


class Pages(Protocol):
    """A workbook whose rows come in when they are asked for, page by page, more than once."""

    @property
    def heads(self) -> Sequence[PageHead]:
        """What is said of each page."""
        ...

    def rows(self, page: int) -> Iterator[list[object]]:
        """The rows of a page, from its beginning."""
        ...


class HeldPages:
    """A workbook in memory."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = pages
        self.heads = [head_of(page) for page in pages]

    def rows(self, page: int) -> Iterator[list[object]]:
        """The rows of a page."""
        return iter(self.pages[page].rows)


def head_of(page: Page) -> PageHead:
    """A page without its rows."""
    return PageHead(
        page.name,
        len(page.rows),
        page.formulas,
        page.errors,
        page.hidden,
        page.hidden_rows,
        page.hidden_columns,
        page.file,
    )


def column_name(number: int) -> str:
    """The letters of a column: 1 is A, 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def is_blank(row: Sequence[object]) -> bool:
    """Whether a row holds nothing."""
    return all(cell is None or str(cell).strip() == "" for cell in row)


def fill_merged(rows: list[list[object]], merged: Sequence[Span]) -> list[list[object]]:
    """Every place of a merged range holds the value of its first cell, as a reader sees it."""
    for top, left, bottom, right in merged:
        if top > len(rows) or left > len(rows[top - 1]):
            continue
        value = rows[top - 1][left - 1]
        for row in rows[top - 1 : min(bottom, len(rows))]:
            for place in range(left - 1, min(right, len(row))):
                row[place] = value
    return rows
