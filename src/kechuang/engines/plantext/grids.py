"""Tables in a text, however their cells were kept apart: by tabs, by blanks, or one cell a line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .lines import Line
from .schemas import Span

_CATEGORY = r"(?:一级)?(?:指标)?(?:类别|分类|类型|维度|领域|方面|板块)"
_NAME = r"(?:主要|具体|核心|考核|评价|二级|三级|发展|目标)*指标(?:名称|内容)?|目标名称|名称"
_TASK = r"(?:重点|主要|工作|具体|年度|建设)*(?:任务|举措|措施|事项|项目)(?:名称|内容)?|工作内容"
_UNIT = r"(?:计量)?单位"
_VALUE = r"(?:\d{4}年?|“?十[三四五]五”?末?|基期|现状|规划|目标|预期|近期|远期|末期)*(?:年|末|值|数|实际|目标|规划|预期|实绩|完成|现状|基数)*(?:\([^()]{1,12}\))?"
_BODY = r"(?:牵头|责任|主责|配合|协同|参与|协办|实施)(?:单位|部门|处室|地区)?"
_TIME = r"(?:完成|实施|起止|推进)?(?:时限|时间|期限|进度)(?:要求|安排|节点)?"
_OTHER = (
    r"序号|编号|属性|指标属性|性质|指标性质|备注|说明|年均增[长速]率?(?:\(%\))?|\[?累计\]?|来源"
)
ROLES = (
    ("number", re.compile(r"序号|编号")),
    ("category", re.compile(_CATEGORY)),
    ("name", re.compile(_NAME)),
    ("task", re.compile(_TASK)),
    ("unit", re.compile(_UNIT)),
    ("body", re.compile(_BODY)),
    ("time", re.compile(_TIME)),
    ("value", re.compile(rf"(?=.*(?:\d{{4}}|目标|规划|预期|基期|现状|十[三四五]五)){_VALUE}")),
    ("other", re.compile(_OTHER)),
)
CHAPTER = re.compile(r"^(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十]+\))\s*")
_LONGEST_CELL = 40


@dataclass(frozen=True)
class Cell:
    """A cell and where it stands in the text."""

    text: str
    span: Span


@dataclass(frozen=True)
class Grid:
    """A table: headings by role, rows as cells under them, the chapter that stands over each row."""

    headings: tuple[Cell, ...]
    roles: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]  # (chapter, cells)
    span: Span

    def column(self, role: str) -> int:
        """The column of a role, or -1."""
        return self.roles.index(role) if role in self.roles else -1


def part_grids(lines: list[Line]) -> tuple[list[Line], list[Grid]]:
    """The lines that are prose, and the tables that stood between them."""
    kept: list[Line] = []
    found: list[Grid] = []
    place = 0
    while place < len(lines):
        grid, after = _grid_at(lines, place)
        if grid is None:
            kept.append(lines[place])
            place += 1
            continue
        found.append(grid)
        place = after
    return kept, found


def cells_of(line: Line) -> list[Cell]:
    """Cells between tabs or upright strokes; without either, between blanks."""
    if _stroked(line.text):
        inner = line.text.rstrip()
        inner = inner.removesuffix("|") if inner.startswith("|") or inner.endswith("|") else inner
        return [
            Cell(m[1].strip(), _stripped(line.start + m.start(1), m[1]))
            for m in re.finditer(r"(?:^(?!\|)|\|)([^|]*)", inner)
        ]
    pattern = r"[^\t]*" if "\t" in line.text else r"\S+"
    return [
        Cell(m[0].strip(), _stripped(line.start + m.start(), m[0]))
        for m in re.finditer(pattern, line.text)
        if "\t" not in line.text or m.start() == 0 or line.text[m.start() - 1] == "\t"
    ]


def _stroked(text: str) -> bool:
    return text.count("|") >= 2


def _ruled(line: Line) -> bool:
    """Whether tabs or strokes keep the cells apart, so that an empty cell is seen."""
    return "\t" in line.text or _stroked(line.text)


def _stripped(start: int, text: str) -> Span:
    left = len(text) - len(text.lstrip())
    return (start + left, start + left + len(text.strip()))


def role_of(text: str) -> str:
    """What a heading says its column holds; "" when it is no heading."""
    return next((role for role, pattern in ROLES if text and pattern.fullmatch(text)), "")


def _grid_at(lines: list[Line], place: int) -> tuple[Grid | None, int]:
    heads = cells_of(lines[place])
    roles = _settled([role_of(c.text) for c in heads])
    if _is_heading(roles):
        rows, after = _rows(lines, place + 1, roles, _ruled(lines[place]))
        if len(rows) >= 2:
            return _made(heads, roles, rows, lines[place].start, lines[after - 1].end), after
    column: list[Cell] = []
    for line in lines[place : place + 12]:
        if len(line.text) > 16 or not role_of(line.text):
            break
        column.append(Cell(line.text, (line.start, line.end)))
    roles = _settled([role_of(c.text) for c in column])
    if _is_heading(roles):
        cells, after = _stream(lines, place + len(column))
        rows = [("", tuple(r)) for r in _dealt(cells, roles)]
        if len(rows) >= 2:
            return _made(column, roles, rows, lines[place].start, lines[after - 1].end), after
    return None, place


def _is_heading(roles: list[str]) -> bool:
    named = [r for r in roles if r]
    subject = "name" in named or "task" in named
    about = {"value", "unit", "body", "time"} & set(named)
    return len(roles) >= 3 and subject and bool(about) and len(named) >= max(2, len(roles) - 1)


def _settled(roles: list[str]) -> list[str]:
    """重点任务 before 具体任务: the first of two columns of tasks is the chapter."""
    if roles.count("task") == 2:
        first = roles.index("task")
        return [*roles[:first], "category", *roles[first + 1 :]]
    return roles


def _made(
    heads: list[Cell], roles: list[str], rows: list[tuple[str, tuple[Cell, ...]]], a: int, b: int
) -> Grid:
    return Grid(tuple(heads), tuple(roles), tuple(rows), (a, b))


def _rows(
    lines: list[Line], place: int, roles: list[str], tabbed: bool
) -> tuple[list[tuple[str, tuple[Cell, ...]]], int]:
    """Rows of equal make below a heading row; a chapter's line between them names those that
    follow.
    """
    found: list[tuple[str, tuple[Cell, ...]]] = []
    chapter, after = "", place
    for n, line in enumerate(lines[place:], place):
        cells = cells_of(line)
        if _settled([role_of(c.text) for c in cells]) == roles:
            after = n + 1  # the heading again, on a new page
        elif re.fullmatch(r"[|\s:-]+", line.text):
            after = n + 1  # the rule below a heading
        elif len(cells) >= 2 and _ruled(line) == tabbed and (row := _aligned(cells, roles, tabbed)):
            found.append((chapter, row))
            after = n + 1
        elif (
            CHAPTER.match(line.text)
            and len(line.text) <= _LONGEST_CELL
            and not re.search(r"[。;]", line.text)
            and n + 1 < len(lines)
            and len(cells_of(lines[n + 1])) >= 2
        ):
            chapter = CHAPTER.sub("", line.text)
        else:
            break
    return found, after


def _aligned(cells: list[Cell], roles: list[str], tabbed: bool) -> tuple[Cell, ...] | None:
    """Cells under their headings.

    A merged category leaves its rows one short; a note at the end may be missing.
    """
    missing = len(roles) - len(cells)
    blank = Cell("", (cells[0].span[0], cells[0].span[0]))
    if missing > 0 and roles[0] == "category" and _fits(cells, roles[1:]):
        return (blank, *cells, *[blank] * (missing - 1))
    if missing > 0 and roles[-missing:] and set(roles[-missing:]) <= {"other", "body", "time", ""}:
        return (*cells, *[blank] * missing)
    if missing < 0 and not tabbed:
        return _joined(cells, roles)
    return tuple(cells) if missing <= 0 else None


def _fits(cells: list[Cell], roles: list[str]) -> bool:
    """Whether the cells stand under these headings: figures under years, the running number under
    its own.
    """
    return all(
        (role != "value" or _may_be_value(cell.text)) and (role != "number" or cell.text.isdigit())
        for cell, role in zip(cells, roles, strict=False)
    )


def _joined(cells: list[Cell], roles: list[str]) -> tuple[Cell, ...] | None:
    """A cell with blanks in it was cut: put the name's pieces together again."""
    place = next((i for i, r in enumerate(roles) if r in ("name", "task")), 0)
    extra = len(cells) - len(roles)
    pieces = cells[place : place + extra + 1]
    if any(re.fullmatch(r"[\d.,%≥≤<>\[\]]+", c.text) for c in pieces):
        return None
    whole = Cell("".join(c.text for c in pieces), (pieces[0].span[0], pieces[-1].span[1]))
    return (*cells[:place], whole, *cells[place + extra + 1 :])


def _stream(lines: list[Line], place: int) -> tuple[list[Cell], int]:
    """One cell a line, until a line that is prose."""
    cells: list[Cell] = []
    for n, line in enumerate(lines[place:], place):
        if len(line.text) > _LONGEST_CELL or re.search(r"[。;]|^(?:注|说明|备注)[:1-9]", line.text):
            return cells, n
        if CHAPTER.match(line.text) and not re.search(r"\d", line.text):
            return cells, n
        cells.append(Cell(line.text, (line.start, line.end)))
    return cells, len(lines)


def _dealt(cells: list[Cell], roles: list[str]) -> Iterator[list[Cell]]:
    """Rows of a stream of cells, told apart by their running number or by what a cell may hold."""
    place, serial = 0, 1
    merged = roles[0] == "category"
    while place < len(cells):
        row: list[Cell] = []
        for column, role in enumerate(roles):
            cell = cells[place] if place < len(cells) else None
            if cell is None:
                return
            if column == 0 and merged and _skips_category(cells, place, roles, serial):
                row.append(Cell("", (cell.span[0], cell.span[0])))
                continue
            if role == "number" and cell.text.strip(".、") != str(serial):
                return
            if role == "value" and not _may_be_value(cell.text):
                return
            row.append(cell)
            place += 1
        serial += 1
        yield row


def _skips_category(cells: list[Cell], place: int, roles: list[str], serial: int) -> bool:
    """Whether the row's first cell is merged into the one above: then its other cells fit from
    here.
    """
    if roles[1:2] == ["number"]:
        return cells[place].text.strip(".、") == str(serial)
    value = next((i for i, r in enumerate(roles) if r == "value"), 0)
    ahead = place + value - 1
    return ahead < len(cells) and _may_be_value(cells[ahead].text)


def _may_be_value(text: str) -> bool:
    return bool(
        re.search(
            r"\d|^[—\-/一]+$|^(?:持平|翻番|稳步提升|持续提升|增长|下降|完成.*|达到.*|.{0,6}上升|.{0,6}提高)$",
            text,
        )
    )
