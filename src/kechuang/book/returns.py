"""returns/*.yaml: the receivers' own layouts, checked field by field."""

import re
from pathlib import Path
from string import Formatter

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said

from .desk import Desk
from .files import read_files
from .layout_files import unlike
from .schemas import ReturnLayout
from .sheet_shapes import ReturnFile

FIELDS = {
    "targets": (
        "number",
        "title",
        "unit",
        "printed",
        "value",
        "as_of",
        "how",
        "light",
        "why",
        "target",
        "source",
    ),
    "tasks": (
        "number",
        "title",
        "lead",
        "cooperating",
        "progress",
        "trouble",
        "help_needed",
        "next_step",
        "milestones",
        "content",
    ),
    "contracts": (
        "number",
        "code",
        "title",
        "kind",
        "seller",
        "buyer",
        "amount_wan",
        "technology_wan",
        "signed_on",
        "registered_on",
    ),
    "firms": (
        "number",
        "title",
        "code",
        "kind",
        "certificate",
        "valid_from",
        "valid_until",
        "town",
        "park",
    ),
}
WORDS = ("year", "month", "quarter", "day", "place", "title", "receiver")
_CELL = re.compile(r"[A-Z]{1,3}[1-9]\d*")


def read_returns(folder: Path, desk: Desk) -> dict[str, ReturnLayout]:
    """All layouts of a book, by id."""
    found = {}
    for given in read_files(folder / "returns", ReturnFile, desk).values():
        layout, before = _layout(given), len(desk.problems)
        _check(layout, given, desk)
        if layout.checked_against and len(desk.problems) == before:
            _check_file(layout, folder / "returns" / layout.checked_against, given, desk)
        found[layout.id] = layout
    return found


def _layout(given: ReturnFile) -> ReturnLayout:
    head = given.head.items() if isinstance(given.head, dict) else (("", t) for t in given.head)
    return ReturnLayout(
        given.id,
        given.title,
        given.receiver,
        given.kind,
        given.rows,
        tuple(head),
        given.first_row if given.kind == "xlsx" else 0,
        tuple((c.heading, c.field) for c in given.columns),
        given.line,
        given.foot,
        given.checked_against,
    )


def _check(layout: ReturnLayout, given: ReturnFile, desk: Desk) -> None:
    fields = FIELDS[layout.rows]
    for column in given.columns:
        if column.field not in fields:
            words = Said("book.no_field", rows=layout.rows, name=column.field, known=fields)
            desk.complain(column.at, "field", words)
    _check_words(given, "head", [t for _, t in layout.head], WORDS, desk)
    _check_words(given, "foot", list(layout.foot), WORDS, desk)
    _check_words(given, "line", [layout.line], (*fields, *WORDS), desk)
    written = {"columns", "line"} & given.at.lost
    if bool(layout.columns) == bool(layout.line) and not written:
        desk.complain(given.at, "columns", Said("book.table_or_line"))
    if layout.kind == "docx" and any(cell for cell, _ in layout.head):
        desk.complain(given.at, "head", Said("book.cells_in_word"))
    if layout.kind == "xlsx":
        _check_cells(layout, given, desk)


def _check_file(layout: ReturnLayout, file: Path, given: ReturnFile, desk: Desk) -> None:
    """The file that was sent last year stands beside the layout, and is compared with it at every
    check.
    """
    at, key = given.at, "checked_against"
    if not file.is_file():
        desk.complain(at, key, Said("book.no_sent_file", name=layout.checked_against))
        return
    try:
        for place, ours, theirs in unlike(layout, file):
            words = Said(
                "book.unlike_sent_file", file=file.name, place=place, ours=ours, theirs=theirs
            )
            desk.complain(at, key, words)
    except Invalid as e:
        desk.complain(at, key, e.words)


def _check_words(
    given: ReturnFile, key: str, texts: list[str], allowed: tuple[str, ...], desk: Desk
) -> None:
    for name in (n for t in texts for n in _names(t)):
        if name not in allowed:
            known = tuple(f"{{{n}}}" for n in allowed)
            words = Said("book.no_blank", key=key, name=f"{{{name}}}", known=known)
            desk.complain(given.at, key, words)


def _check_cells(layout: ReturnLayout, given: ReturnFile, desk: Desk) -> None:
    if layout.line:
        desk.complain(given.at, "line", Said("book.line_in_a_sheet"))
    if layout.first_row < 2 and "first_row" not in given.at.lost:
        desk.complain(given.at, "first_row", Said("book.first_row"))
    for cell, _ in layout.head:
        if not _CELL.fullmatch(cell):
            desk.complain(given.at.inner("head"), cell, Said("book.no_cell", name=cell))


def _names(text: str) -> list[str]:
    """Names between braces; a stray brace counts as a name nobody knows."""
    try:
        return [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return [text]
