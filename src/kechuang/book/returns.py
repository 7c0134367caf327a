"""returns/*.yaml: the receivers' own layouts, checked field by field."""

import re
from pathlib import Path
from string import Formatter
from typing import Any

from kechuang.engines.base.errors import Invalid

from .desk import Desk
from .layout_files import unlike
from .lines import Lined
from .schemas import ReturnLayout

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


def read_returns(folder: Path, files: dict[str, Lined], desk: Desk) -> dict[str, ReturnLayout]:
    """All layouts of a book, by id."""
    found = {}
    for at in files.values():
        layout = _layout(at, desk)
        _check(layout, at, desk)
        if layout.checked_against:
            _check_file(layout, folder / "returns" / layout.checked_against, at, desk)
        found[layout.id] = layout
    return found


def _layout(at: Lined, desk: Desk) -> ReturnLayout:
    kind = desk.one_of(at, "kind", ("xlsx", "docx"))
    given: Any = at.get("head") or {}
    head = (
        tuple((str(k), str(v)) for k, v in given.items())
        if isinstance(given, dict)
        else tuple(("", str(v)) for v in given)
    )
    return ReturnLayout(
        desk.text(at, "id"),
        desk.text(at, "title"),
        desk.text(at, "receiver"),
        kind,
        desk.one_of(at, "rows", tuple(FIELDS)),
        head,
        desk.whole(at, "first_row") if kind == "xlsx" else 0,
        tuple((desk.text(c, "heading"), desk.text(c, "field")) for c in desk.rows(at, "columns")),
        desk.optional(at, "line"),
        desk.texts(at, "foot"),
        desk.optional(at, "checked_against"),
    )


def _check(layout: ReturnLayout, at: Lined, desk: Desk) -> None:
    fields = FIELDS.get(layout.rows, ())
    for row in desk.rows(at, "columns"):
        if fields and str(row.get("field")) not in fields:
            words = f"{layout.rows} 没有“{row.get('field')}”这一栏，可用 {' '.join(fields)}"
            desk.complain(row, "field", words)
    _check_words(at, "head", [t for _, t in layout.head], WORDS, desk)
    _check_words(at, "foot", list(layout.foot), WORDS, desk)
    _check_words(at, "line", [layout.line], (*fields, *WORDS), desk)
    if bool(layout.columns) == bool(layout.line):
        desk.complain(at, "columns", "columns（表）与 line（逐句）二者写一个")
    if layout.kind == "docx" and any(cell for cell, _ in layout.head):
        desk.complain(at, "head", "docx 的 head 是一列文字，一段一条，不写单元格")
    if layout.kind == "xlsx":
        _check_cells(layout, at, desk)


def _check_file(layout: ReturnLayout, file: Path, at: Lined, desk: Desk) -> None:
    """The file that was sent last year stands beside the layout, and is compared with it at every
    check.
    """
    if not file.is_file():
        desk.complain(at, "checked_against", f"returns/ 里没有文件“{layout.checked_against}”")
        return
    try:
        for place, ours, theirs in unlike(layout, file):
            words = f"与 {file.name} 的 {place} 不同：表样是“{ours}”，文件是“{theirs}”"
            desk.complain(at, "checked_against", words)
    except Invalid as e:
        desk.complain(at, "checked_against", e.words)


def _check_words(
    at: Lined, key: str, texts: list[str], allowed: tuple[str, ...], desk: Desk
) -> None:
    for name in (n for t in texts for n in _names(t)):
        if name not in allowed:
            known = " ".join(f"{{{n}}}" for n in allowed)
            desk.complain(at, key, f"{key} 里没有“{{{name}}}”，可用 {known}")


def _check_cells(layout: ReturnLayout, at: Lined, desk: Desk) -> None:
    if layout.line:
        desk.complain(at, "line", "line 只用于 docx，xlsx 请写 columns")
    if layout.first_row < 2:
        words = "first_row 是第一行数据的行号，上面要留一行栏目名，至少为 2"
        desk.complain(at, "first_row", words)
    for cell, _ in layout.head:
        if not _CELL.fullmatch(cell):
            desk.complain(at, "head", f"“{cell}”不是单元格，请写成 A1 这样")


def _names(text: str) -> list[str]:
    """Names between braces; a stray brace counts as a name nobody knows."""
    try:
        return [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return [text]
