"""From the tables of a sheet to rows with values and problems, by the book's layout. No database."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kechuang.book.cells import read_ends
from kechuang.book.reading import Reading, Table, cell_of
from kechuang.book.schemas import Book
from kechuang.book.sheets import Column
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said
from kechuang.engines.sheets.pages import PageHead

_LISTS = {"words", "patents", "modes"}
_MOST_REMEMBERED = 2_000  # different cells of a column whose meaning is kept
_LONGEST = 32_000  # characters of a cell that are kept
_MOST_TOLD = 200  # rows passed over that are shown; all are counted


@dataclass
class ReadRow:
    """A row: the table it stands in, its line, raw cells, values by field, problems by column,
    what a person should know of how it was read.
    """

    part: int
    line: int
    cells: list[object]
    table: Table
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Said] = field(default_factory=list)


@dataclass
class Skipped:
    """The lines that are no data: how many for which reason, and the first of them."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[tuple[int, int, str, str]] = field(default_factory=list)  # part, line, why, words

    def note(self, part: int, line: int, why: str, cells: list[object]) -> None:
        self.counts[why] += 1
        if why != "blank" and len(self.told) < _MOST_TOLD:
            said = dict.fromkeys(str(c).strip() for c in cells if c not in (None, ""))
            self.told.append((part, line, why, " ".join(said)[:120]))


def problem(table: Table, error: Invalid) -> dict[str, Any]:
    """A problem as it is stored: where, which column, what to do, proposals."""
    place = table.place(error.field)
    own = place - table.part.left if place is not None else None
    return {
        "column": table.part.address(place) if place is not None else "",
        "place": own,
        "heading": table.headings[own] if own is not None else "",
        "words": error.words.stored(),
        "code": error.code,
        "proposals": list(error.proposals),
    }


def read_rows(reading: Reading, book: Book, skipped: Skipped) -> Iterator[ReadRow]:
    """Every row of the tables, as they are asked for; what is no data goes to ``skipped``."""
    for part, table in enumerate(reading.tables):
        cells = _Cells(reading.pages.heads[table.part.page], table, book)
        absent = [c for c in reading.layout.columns if table.place(c.field) is None]
        for line in reading.lines(table):
            if line.skipped:
                skipped.note(part, line.number, line.skipped, line.cells)
                continue
            kept = [
                c if c is None or (type(c) is str and len(c) <= _LONGEST) else _keepable(c)
                for c in line.cells
            ]
            row = ReadRow(part, line.number, kept, table)
            cells.put(row, line.cells)
            for column in absent:
                cells.put_absent(row, column, reading.filled.get(column.field))
            yield row


class _Cells:
    """Reads the cells of a table; a cell that a column held before is not read anew."""

    def __init__(self, head: PageHead, table: Table, book: Book) -> None:
        self.head, self.table, self.book = head, table, book
        self.marked = bool(head.errors or head.formulas) and table.part.form is None
        known: dict[int, dict[object, Any]] = {place: {} for place in table.columns}
        self.columns = [(place, column, known[place]) for place, column in table.columns.items()]

    def put(self, row: ReadRow, cells: Sequence[object]) -> None:
        """What the cells mean, into the row."""
        values, left, plain = row.values, self.table.part.left, self.table.units_at is None
        for place, column, known in self.columns:
            if plain:
                raw = cells[place - left] if place - left < len(cells) else None
            else:
                raw = cell_of(self.table, cells, place)
            found = None if self.marked else known.get((type(raw), raw))
            if found is None:
                try:
                    found = self._read(row.line, place, column, raw, known)
                except Invalid as e:
                    row.problems.append(problem(self.table, e.at(column.field)))
                    continue
            low, value, note = found
            values[column.field] = value
            if column.low and (low is not None or column.low not in values):
                values[column.low] = low
            if note:
                row.notes.append(note)

    def put_absent(self, row: ReadRow, column: Column, said: str | None) -> None:
        """A column that the sheet lacks: what was said for the whole sheet, or nothing."""
        if said is not None:
            try:
                row.values[column.field] = read_ends(column, said, self.book)[1]
            except Invalid as e:
                row.problems.append(problem(self.table, e.at(column.field)))
            return
        row.values.setdefault(column.field, [] if column.kind in _LISTS else None)

    def _read(
        self, line: int, place: int, column: Column, raw: object, known: dict[object, Any]
    ) -> Any:
        if self.marked:
            if (line, place + 1) in self.head.errors:
                raise Invalid("cell.error", column.field)
            if (line, place + 1) in self.head.formulas:
                raise Invalid("cell.formula", column.field)
        key = (type(raw), raw)
        found = known.get(key) or read_ends(column, raw, self.book)
        if len(known) < _MOST_REMEMBERED and not isinstance(found[1], list):
            known[key] = found
        return found


def _keepable(cell: object) -> object:
    """A cell for the mended sheet: JSON-able, and cut where it is absurdly long."""
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()[:10]
    if isinstance(cell, str):
        return cell if len(cell) <= _LONGEST else cell[:_LONGEST] + "…"
    if isinstance(cell, float) and not math.isfinite(cell):
        return str(cell)
    if cell is None or isinstance(cell, (int, float, bool)):
        return cell
    return str(cell)
