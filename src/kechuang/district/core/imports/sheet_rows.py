"""From a sheet to rows with values and problems, by the book's layout. No database."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

from kechuang.book.cells import find_columns, read_cell
from kechuang.book.schemas import Book
from kechuang.book.sheets import Column, Layout
from kechuang.district.core.strangers import ReadSheet
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said
from kechuang.engines.base.sheets import column_name, is_blank

_LOOK_FOR_HEADINGS = 15
_LISTS = {"words", "patents", "modes"}
_AT_ONCE = 500  # rows whose cells are read together
_MOST_REMEMBERED = 2_000  # different cells of a column whose meaning is kept
_LONGEST = 32_000  # letters of a cell that are kept


@dataclass
class ReadRow:
    """A row: its line in the sheet, raw cells, values by field, problems by column."""

    line: int
    cells: list[object]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Headings:
    """Where the headings stand and which column is what."""

    line: int
    raw: list[str]
    columns: Mapping[int, Column]

    @property
    def ignored(self) -> list[str]:
        return [h for i, h in enumerate(self.raw) if h and i not in self.columns]

    def place(self, name: str) -> int | None:
        return next((i for i, c in self.columns.items() if c.field == name), None)


def find_headings(lines: Iterable[list[object]], layout: Layout) -> Headings:
    """The heading row: the one of the first lines that names the most columns.

    Raises:
        Invalid: A required column is missing; the words list what was found and what is missing.
    """
    best: Headings | None = None
    for number, cells in enumerate(islice(lines, _LOOK_FOR_HEADINGS), 1):
        columns = find_columns(layout, list(cells))
        if best is None or len(columns) > len(best.columns):
            best = Headings(number, [str(c or "").strip() for c in cells], columns)
    if best is None or not best.columns:
        wanted = [c.heading for c in layout.columns]
        raise Invalid("import.no_headings", "file", title=layout.title, headings=wanted)
    found = {c.field for c in best.columns.values()}
    missing = [c.heading for c in layout.columns if c.required and c.field not in found]
    if missing:
        ignored = Said("import.columns_unknown", columns=best.ignored) if best.ignored else ""
        raise Invalid(
            "import.missing_column", "file", line=best.line, columns=missing, ignored=ignored
        )
    return best


def problem(headings: Headings, error: Invalid) -> dict[str, Any]:
    """A problem as it is stored: where, which column, what to do, proposals."""
    place = headings.place(error.field)
    return {
        "column": column_name(place + 1) if place is not None else "",
        "place": place,
        "heading": headings.raw[place] if place is not None else "",
        "words": error.words.stored(),
        "code": error.code,
        "proposals": list(error.proposals),
    }


def read_rows(sheet: ReadSheet, layout: Layout, book: Book) -> tuple[Headings, Iterator[ReadRow]]:
    """The headings, and every row below them that holds something, as they are asked for."""
    lines = iter(sheet)
    first = list(islice(lines, _LOOK_FOR_HEADINGS))
    headings = find_headings(first, layout)
    below = enumerate(chain(first[headings.line :], lines), headings.line + 1)
    return headings, _rows(below, headings, layout, _Cells(sheet, headings, book))


def _rows(
    below: Iterable[tuple[int, list[object]]], headings: Headings, layout: Layout, cells: "_Cells"
) -> Iterator[ReadRow]:
    absent = [c for c in layout.columns if headings.place(c.field) is None]
    held = (r for r in below if not is_blank(r[1]))
    while part := list(islice(held, _AT_ONCE)):
        rows = [ReadRow(line, _keepable(raw)) for line, raw in part]
        for place, column in headings.columns.items():
            cells.read(
                rows, place, column, [raw[place] if place < len(raw) else None for _, raw in part]
            )
        for column in absent:
            for row in rows:
                row.values[column.field] = [] if column.kind in _LISTS else None
        yield from rows


class _Cells:
    """Reads the cells of a sheet, column by column; a cell that a column held before is not read
    anew.
    """

    def __init__(self, sheet: ReadSheet, headings: Headings, book: Book) -> None:
        self.sheet, self.headings, self.book = sheet, headings, book
        self.known: dict[int, dict[object, Any]] = {place: {} for place in headings.columns}
        self.marked: dict[int, set[int]] = {place: set() for place in headings.columns}
        for line, column in chain(sheet.errors, sheet.formulas):
            self.marked.get(column - 1, set()).add(line)

    def read(
        self, rows: Sequence[ReadRow], place: int, column: Column, raws: Sequence[object]
    ) -> None:
        """The cells of one column into their rows: each a value, or a problem."""
        known, name = self.known[place], column.field
        marked = self.marked[place]
        for row, raw in zip(rows, raws, strict=True):
            key = (type(raw), raw)
            if key in known and row.line not in marked:
                row.values[name] = known[key]
                continue
            try:
                row.values[name] = self._value(row.line, place, column, raw)
            except Invalid as e:
                row.problems.append(problem(self.headings, e.at(name)))

    def _value(self, line: int, place: int, column: Column, raw: object) -> Any:
        if (line, place + 1) in self.sheet.errors:
            raise Invalid("cell.error", column.field)
        if (line, place + 1) in self.sheet.formulas:
            raise Invalid("cell.formula", column.field)
        value = read_cell(column, raw, self.book)
        if len(self.known[place]) < _MOST_REMEMBERED and not isinstance(value, list):
            self.known[place][type(raw), raw] = value
        return value


def _keepable(cells: list[object]) -> list[object]:
    """Cells for the mended sheet: JSON-able, and cut where they are absurdly long."""
    return [c if type(c) is str and len(c) <= _LONGEST else _as_kept(c) for c in cells]


def _as_kept(cell: object) -> object:
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()[:10]
    if isinstance(cell, str):
        return cell if len(cell) <= _LONGEST else cell[:_LONGEST] + "…"
    if isinstance(cell, float) and not math.isfinite(cell):
        return str(cell)
    if cell is None or isinstance(cell, (int, float, bool)):
        return cell
    return str(cell)
