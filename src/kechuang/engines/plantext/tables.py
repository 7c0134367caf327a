"""Targets and tasks in tables."""

import re
from collections.abc import Iterable

from .figures import figures
from .grids import CHAPTER, Cell, Grid
from .schemas import DraftArea, DraftGroup, DraftTarget, DraftTask

_YEAR = re.compile(r"20\d\d")


def targets_in(grids: Iterable[Grid], first_year: int = 0) -> list[DraftGroup]:
    """The indicators of all tables, each once: a table printed again in an annex adds nothing.

    Args:
        first_year: Of the plan. A table whose last year lies before it tells what was, not what
            is to be.
    """
    found: list[DraftGroup] = []
    seen: set[str] = set()
    for grid in grids:
        if _last_year(grid) < first_year:
            continue
        for group in _groups(grid):
            fresh = tuple(t for t in group.targets if _key(t.name) not in seen)
            seen.update(_key(t.name) for t in fresh)
            if fresh:
                found.append(DraftGroup(group.name, fresh, group.span))
    return found


def _last_year(grid: Grid) -> int:
    years = [int(y) for h in grid.headings for y in _YEAR.findall(h.text)]
    return max(years, default=9999)


def _key(name: str) -> str:
    return re.sub(r"[^\w]|\d+$|数$|数量$", "", name)


def _groups(grid: Grid) -> list[DraftGroup]:
    name, goal = grid.column("name"), _goal(grid)
    if name < 0 or goal < 0:
        return []
    category, held = grid.column("category"), ""
    found: dict[str, list[DraftTarget]] = {}
    for chapter, cells in grid.rows:
        if 0 <= category < len(cells) and cells[category].text:
            held = CHAPTER.sub("", cells[category].text)
        if max(name, goal) < len(cells) and (target := _target(grid, cells, name, goal)):
            found.setdefault(held or chapter, []).append(target)
    return [DraftGroup(k, tuple(v), v[0].span) for k, v in found.items()]


def _goal(grid: Grid) -> int:
    """The column of the goal: the last year's, and the one that says so when two are of one year."""
    values = [i for i, r in enumerate(grid.roles) if r == "value"]
    if not values:
        return -1
    heads = [grid.headings[i].text for i in range(len(grid.headings))]
    return max(
        values,
        key=lambda i: (int((_YEAR.search(heads[i]) or ["0"])[0]), "目标" in heads[i], i),
    )


def _target(grid: Grid, cells: tuple[Cell, ...], name: int, goal: int) -> DraftTarget | None:
    label = re.sub(r"^\d+[.、]?\s*", "", cells[name].text)
    at = cells[name].span[1] - len(label)
    inner = re.search(r"[(\[](万?[^()\[\]]{1,8})[)\]]$", label)
    place = grid.column("unit")
    said = cells[place].text if 0 <= place < len(cells) else ""
    if not said and inner:
        said, label = inner[1], label[: inner.start()]
    value = cells[goal].text
    if not label or not value:
        return None
    number, bound, unit = _figure(value, said)
    year = _YEAR.search(grid.headings[goal].text)
    end = max(cells[goal].span[1], cells[name].span[1])
    return DraftTarget(
        label,
        (at, end),
        0.9,
        number,
        said or unit,
        bound,
        f"{year[0]}-12-31" if year else "",
        f"{label} {value}{said if said and said not in value else ''}",
        _marks(grid, cells, goal),
        (at, at + len(label)),
    )


def _figure(value: str, unit: str) -> tuple[str, str, str]:
    inside = re.sub(r"(\d)\s*(左右|以上|以下|以内)?$", rf"\g<1>{unit}\g<2>", value.strip("[]()"))
    hit = figures(inside) or figures(value)
    sign = next(
        (
            word
            for pattern, word in ((r"≥|>=", ">="), (r"≤|<=", "<="), (">", ">"), ("<", "<="))
            if re.search(pattern, value)
        ),
        "",
    )
    plain = re.search(r"\d[\d,]*(?:\.\d+)?", value)
    number = hit[0].number if hit else plain[0].replace(",", "") if plain else ""
    bound = sign or (hit[0].bound if hit and hit[0].bound != "=" else ">=" if number else "none")
    return number, bound, hit[0].unit if hit else ""


def _marks(grid: Grid, cells: tuple[Cell, ...], goal: int) -> tuple[tuple[str, str], ...]:
    """Figures of the years before the goal's; what was achieved and what is planned look alike."""
    found = []
    for place, role in enumerate(grid.roles):
        year = (
            _YEAR.search(grid.headings[place].text) if role == "value" and place != goal else None
        )
        plain = (
            re.search(r"\d[\d,]*(?:\.\d+)?", cells[place].text)
            if year and place < len(cells)
            else None
        )
        if year and plain:
            found.append((f"{year[0]}-12-31", plain[0].replace(",", "")))
    return tuple(found)


def areas_in(grids: Iterable[Grid]) -> list[DraftArea]:
    """The tasks of all tables of tasks, under the chapters that stand between their rows."""
    found: dict[str, list[DraftTask]] = {}
    for grid in (g for g in grids if g.column("task") >= 0 and {"body", "time"} & set(g.roles)):
        category, held = grid.column("category"), ""
        for chapter, cells in grid.rows:
            if 0 <= category < len(cells) and cells[category].text:
                held = CHAPTER.sub("", cells[category].text)
            if task := _task(grid, cells):
                found.setdefault(held or chapter, []).append(task)
    return [DraftArea(k, tuple(v), v[0].span) for k, v in found.items()]


def _task(grid: Grid, cells: tuple[Cell, ...]) -> DraftTask | None:
    place = grid.column("task")
    if place >= len(cells) or not cells[place].text:
        return None
    bodies = [
        re.split(r"[、,，;\s]+", cells[i].text)
        for i, r in enumerate(grid.roles)
        if r == "body" and i < len(cells) and cells[i].text
    ]
    lead = bodies[0][0] if bodies else ""
    rest = tuple(n for names in bodies for n in names if n and n != lead)
    cell = cells[place]
    return DraftTask(cell.text, cell.span, 0.9, (), lead, rest, cell.span)
