"""Targets in a table of indicators."""

import re
from collections.abc import Iterator

from .figures import figures
from .lines import Line
from .schemas import DraftTarget


def table_of(lines: list[Line]) -> Iterator[DraftTarget]:
    """Rows of an indicator table: columns by tabs, headings tell which is the name, the unit, the goal."""
    rows = [(line, line.text.split("\t")) for line in lines if line.text.count("\t") >= 2]
    if len(rows) < 2:
        return
    heads = next((r for r in rows if any(re.search(r"指标|目标|名称", c) for c in r[1])), None)
    if heads is None:
        return
    names = [c.strip() for c in heads[1]]
    name = next(
        (
            i
            for i, c in enumerate(names)
            if re.search(r"指标|目标名称|名称", c) and not re.search(r"属性|类别|类型|分类", c)
        ),
        0,
    )
    unit = next((i for i, c in enumerate(names) if "单位" in c), -1)
    goals = [i for i, c in enumerate(names) if re.search(r"目标值?|20\d\d", c) and i != name]
    if not goals:
        return
    goal = max(
        goals,
        key=lambda i: (int((re.search(r"20\d\d", names[i]) or ["0"])[0]), "目标" in names[i], i),
    )
    for line, cells in rows:
        if cells is not heads[1] and len(cells) > max(goal, name):
            yield from _row(line, [c.strip() for c in cells], name, unit, goal, names[goal])


def _row(
    line: Line, cells: list[str], name: int, unit: int, goal: int, head: str
) -> Iterator[DraftTarget]:
    label = re.sub(r"^\d+[.、]?\s*", "", cells[name])
    inner = re.search(r"[(](万?[^()]{1,8})[)]$", label)
    said = cells[unit] if 0 <= unit < len(cells) else ""
    if not said and inner:
        said, label = inner[1], label[: inner.start()]
    value = cells[goal]
    if not label:
        return
    inside = re.sub(r"(\d)\s*(左右|以上|以下|以内)?$", rf"\g<1>{said}\g<2>", value.strip("[]()"))
    hit = figures(inside) or figures(value)
    sign = (
        ">="
        if re.search(r"≥|>=", value)
        else ">"
        if ">" in value
        else "<="
        if re.search(r"≤|<=", value)
        else ""
    )
    by = re.search(r"20\d\d", head)
    where = line.text.find(label)
    plain = re.search(r"\d[\d,]*(?:\.\d+)?", value)
    number = hit[0].number if hit else plain[0].replace(",", "") if plain else ""
    bound = sign or (hit[0].bound if hit and hit[0].bound != "=" else ">=" if number else "none")
    span = (line.start + max(where, 0), line.end)
    at = (line.start + where, line.start + where + len(label)) if where >= 0 else None
    yield DraftTarget(
        label, span, 0.9, number, said or (hit[0].unit if hit else ""), bound, f"{by[0]}-12-31" if by else "",
        line.text.replace("\t", " "), name_at=at,
    )  # fmt: skip
