"""A table found on a page, and its rows: which are data, and why the others are passed over."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .headings import Mapped
from .pages import column_name

_TOTAL = re.compile(
    r"(?:其中)?(?:本页|本区|全区|全市|总|以上)?\s*(?:合\s*计|小\s*计|总\s*计|共\s*计|累\s*计|总\s*和)\s*(?:[(（].*[)）])?[::：]?\s*\d*"
)
_NOTE = re.compile(
    r"^(?:备\s*注|附?\s*注|说\s*明|填表说明|填表人|填报人|制表|审核|复核|单位负责人|统计负责人|报出日期|数据来源|资料来源|联系人)\s*[\d]*\s*[::：.．、]|^[*※①]\s*\S{6}|^(?:单位负责人|制表人)|^(?:第|共)\s*\d+\s*页|^续表"
)
_GROUP = re.compile(
    r"^(?:第?[一二三四五六七八九十]+(?:[、.．]|部分|类|批)|[(（][一二三四五六七八九十]+[)）])"
)
_BARE_GROUP = re.compile(r"^[(（]?[一二三四五六七八九十]+[)）]?[、.．]?$")


@dataclass(frozen=True)
class Part:
    """A table: the page it stands on, its heading, its columns by place (0-based).

    ``head`` is the last line of the heading (1-based), rows stand below it down to ``last``
    (exclusive, 0-based lines as counted from the page's top), None: to the page's end. ``unit`` is
    the unit of money that a line above names. A form has its one row in ``form``: cells with
    their addresses.
    """

    page: int
    name: str
    head: int
    columns: Mapping[int, Mapped] = field(hash=False)
    headings: tuple[str, ...] = ()
    left: int = 0
    right: int = 0
    top: int = 0
    last: int | None = None
    notes: tuple[str, ...] = ()
    unit: str = ""
    form: tuple[tuple[int, int, object], ...] | None = None  # line, place, value of each column

    @property
    def fields(self) -> frozenset[str]:
        """The fields that its columns are."""
        return frozenset(m.field for m in self.columns.values())

    def address(self, place: int) -> str:
        """The letters of a column; of a form the cell."""
        if self.form is not None:
            line, column, _ = self.form[place]
            return f"{column_name(column + 1)}{line}"
        return column_name(place + 1)


@dataclass(frozen=True)
class Line:
    """A row of a part: ``skipped`` says why it is no data, or "": blank, total, group, note,
    heading, hidden.
    """

    number: int
    cells: list[object]
    skipped: str = ""


def lines_of(
    part: Part, rows: Iterable[list[object]], hidden: frozenset[int] = frozenset()
) -> Iterator[Line]:
    """The rows of a part, from a page's rows.

    Args:
        hidden: Lines that are passed over because a person said so.
    """
    if part.form is not None:
        yield Line(part.form[0][0], [value for _, _, value in part.form])
        return
    repeats = [(p, m.heading) for p, m in part.columns.items()]
    for number, cells in enumerate(rows, 1):
        if number <= part.head:
            continue
        if part.last is not None and number > part.last:
            return
        yield Line(number, cells, "hidden" if number in hidden else skipped(part, cells, repeats))


def skipped(part: Part, cells: Sequence[object], repeats: Sequence[tuple[int, str]]) -> str:
    """Why a row is no data; "" when it is."""
    given = [c for c in cells[part.left : part.right] if c is not None and c != ""]
    if len(given) > 3 and given[0] != given[1] and not _marked(given[:3]):
        return "heading" if _again(cells, repeats) else ""  # what nearly all rows are
    words = [
        (p, c.strip() if isinstance(c, str) else c)
        for p, c in enumerate(cells[part.left : part.right], part.left)
        if c is not None
    ]
    words = [(p, c) for p, c in words if c != ""]
    if not words:
        return "blank"
    texts = [c for _, c in words[:3] if isinstance(c, str)]
    if any(len(t) < 14 and _TOTAL.fullmatch(t) for t in texts) and not _identified(part, words):
        return "total"
    if _again(cells, repeats):
        return "heading"
    different = list(dict.fromkeys(str(c) for _, c in words))
    first = texts[0] if texts else ""
    if first and _NOTE.search(first) and len(different) <= 2:
        return "note"
    if len(different) == 1 and _over_all(part, words):
        return "group"
    if first and len(different) <= 2 and _is_group(different):
        return "group"
    return ""


def _marked(first: Sequence[object]) -> bool:
    """Whether a row may begin like a total."""
    return any(isinstance(c, str) and len(c) < 14 and ("计" in c or "总" in c) for c in first)


def _again(cells: Sequence[object], repeats: Sequence[tuple[int, str]]) -> bool:
    """Whether a row is the heading again, as on a new leaf."""
    return all(_same(cells, p, heading) for p, heading in repeats)


def _identified(part: Part, words: Sequence[tuple[int, object]]) -> bool:
    """A row that fills every column is somebody's, whatever its name."""
    places = {p for p, _ in words}
    return len(part.columns) >= 3 and all(p in places for p in part.columns)


def _over_all(part: Part, words: Sequence[tuple[int, object]]) -> bool:
    """The same words in every place: one merged cell over the table's whole width."""
    return len(words) >= 3 and len(words) >= part.right - part.left - 1


def _is_group(different: Sequence[str]) -> bool:
    if len(different) == 1:
        return bool(_GROUP.search(different[0]))
    return bool(_BARE_GROUP.fullmatch(different[0]))


def _same(cells: Sequence[object], place: int, heading: str) -> bool:
    cell = cells[place] if place < len(cells) else None
    return isinstance(cell, str) and " ".join(cell.split()) == heading
