"""Reading a book: stack, check, hand over. Every complaint names file, line and remedy."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from .desk import Desk, Problem
from .lines import DuplicateKey, Lined, load
from .schemas import (
    Area,
    Body,
    Book,
    Column,
    Figure,
    Group,
    Indicator,
    Layout,
    Market,
    Place,
    Plan,
    Source,
    Target,
    Task,
)  # fmt: skip

BOUNDS = (">=", ">", "about", "none")
ABSENCES = ("no_number", "unknown", "masked")
KINDS = ("ratio", "stock", "flow", "events")
CELLS = (
    "text",
    "long",
    "words",
    "credit_code",
    "patents",
    "trl",
    "modes",
    "fen",
    "day",
    "choice",
    "number",
    "area",
)


def read_book(folder: Path) -> tuple[Book | None, list[Problem]]:
    """Read the book in ``folder`` and all it extends (folders beside it).

    Returns:
        The book, or None when it cannot be put together, and every problem found.
    """
    desk = Desk()
    book = _read(folder, desk, ())
    if book:
        _check_references(book, folder, desk)
    return (None if desk.problems else book), desk.problems


def _file(folder: Path, name: str, desk: Desk) -> Lined:
    path = folder / name
    empty = Lined()
    empty.file, empty.line, empty.lines = path, 1, {}
    if not path.exists():
        return empty
    try:
        content = load(path)
    except DuplicateKey as e:
        desk.problems.append(Problem(path, e.line, f"键“{e.key}”写了两次，请合并成一处"))
        return empty
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        desk.problems.append(
            Problem(path, line, f"YAML 写法有误：{e.problem}；请检查缩进、冒号后的空格和引号")
        )
        return empty
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        desk.problems.append(Problem(path, 1, f"读不出来：{e}；请存成 UTF-8"))
        return empty
    if content is None:
        return empty
    if not isinstance(content, Lined):
        desk.problems.append(Problem(path, 1, "文件最外层应为“键: 值”"))
        return empty
    return content


def _read(folder: Path, desk: Desk, seen: tuple[str, ...]) -> Book | None:
    if not (folder / "book.yaml").exists():
        desk.problems.append(
            Problem(folder / "book.yaml", 1, "没有这个文件；一本书至少要有 book.yaml")
        )
        return None
    head = _file(folder, "book.yaml", desk)
    parent: Book | None = None
    if above := desk.optional(head, "extends"):
        if above in seen or above == folder.name:
            desk.complain(head, "extends", f"“{above}”绕回了自己，请改正 extends")
            return None
        parent = _read(folder.parent / above, desk, (*seen, folder.name))
    own_areas, disciplines = _fields(_file(folder, "fields.yaml", desk), desk)
    lexicon = folder / "lexicon.txt"
    lines = tuple(lexicon.read_text(encoding="utf-8").splitlines()) if lexicon.exists() else ()
    return Book(
        id=desk.text(head, "id"),
        title=desk.text(head, "title"),
        title_en=desk.text(head, "title_en"),
        place=desk.optional(head, "place"),
        plan=_plan(_file(folder, "plan.yaml", desk), desk),
        indicators=_over(parent.indicators if parent else None, _indicators(_file(folder, "indicators.yaml", desk), desk)),
        sources=_over(parent.sources if parent else None, _sources(_file(folder, "sources.yaml", desk), desk)),
        figures=(parent.figures if parent else ()) + _figures(_file(folder, "figures.yaml", desk), desk),
        places=_over(parent.places if parent else None, _places(_file(folder, "places.yaml", desk), desk)),
        bodies=(parent.bodies if parent else ()) + _bodies(_file(folder, "bodies.yaml", desk), desk),
        areas=_over(parent.areas if parent else None, own_areas),
        disciplines=_over(parent.disciplines if parent else None, disciplines),
        layouts=_over(parent.layouts if parent else None, _layouts(folder, desk)),
        market=_market(_file(folder, "market.yaml", desk), desk, parent.market if parent else Market()),
        lexicon=(parent.lexicon if parent else ()) + lines,
        parent=parent,
    )  # fmt: skip


def _over(below: Mapping[str, Any] | None, own: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**(below or {}), **own}


def _plan(at: Lined, desk: Desk) -> Plan | None:
    if not at:
        return None
    period = at.get("period")
    if not isinstance(period, Lined):
        desk.complain(at, "period", "period 应写成 {from: 2020-01-01, to: 2022-12-31}")
        return None
    start, end = desk.day(period, "from"), desk.day(period, "to")
    if start and end and start > end:
        desk.complain(period, "to", "period 的 to 早于 from")
    groups = tuple(
        Group(desk.text(g, "id"), desk.text(g, "title"), desk.text(g, "title_en"))
        for g in desk.rows(at, "groups")
    )
    targets = tuple(_target(t, desk, {g.id for g in groups}) for t in desk.rows(at, "targets"))
    areas = tuple(_area(a, desk) for a in desk.rows(at, "areas"))
    _unique(desk, desk.rows(at, "targets"), "id")
    numbers = [t.number for a in areas for t in a.tasks]
    if numbers != list(range(1, len(numbers) + 1)):
        desk.complain(at, "areas", f"任务编号应从 1 连续到 {len(numbers)}，此处是 {numbers}")
    for row, target in zip(desk.rows(at, "targets"), targets, strict=True):
        if areas and (strange := set(target.tasks) - set(numbers)):
            desk.complain(row, "tasks", f"没有第 {sorted(strange)} 项任务")
    return Plan(
        desk.text(at, "id"), desk.text(at, "title"), desk.text(at, "title_en"), desk.optional(at, "number"),
        start or date.min, end or date.max, desk.texts(at, "sources"), groups, targets, areas,
    )  # fmt: skip


def _target(at: Lined, desk: Desk, groups: set[str]) -> Target:
    value, absence = desk.number(at, "value"), desk.optional(at, "absence")
    if value is None:
        desk.one_of(at, "absence", ABSENCES)
    elif absence:
        desk.complain(at, "absence", "有 value 就不要写 absence，二者只留其一")
    if (group := desk.text(at, "group")) not in groups:
        desk.complain(at, "group", f"groups 里没有“{group}”")
    return Target(
        number=desk.whole(at, "number"), id=desk.text(at, "id"), group=group, title=desk.text(at, "title"),
        title_en=desk.text(at, "title_en"), indicator=desk.text(at, "indicator"), printed=desk.optional(at, "printed"),
        bound=desk.one_of(at, "bound", BOUNDS, "none"), value=value, absence=absence,
        by=desk.day(at, "by") or date.max, source=desk.text(at, "source"), status=desk.optional(at, "status"),
        parent=desk.optional(at, "parent"), note=desk.optional(at, "note"),
        tasks=tuple(int(n) for n in desk.texts(at, "tasks") if n.isdigit()),
    )  # fmt: skip


def _area(at: Lined, desk: Desk) -> Area:
    tasks = tuple(
        Task(
            desk.whole(t, "number"), desk.text(t, "id"), desk.text(t, "title"), desk.text(t, "title_en"),
            desk.optional(t, "content"), desk.optional(t, "lead"), desk.texts(t, "with"),
            desk.one_of(t, "basis", ("named", "typical")), desk.optional(t, "records"), desk.text(t, "source"),
        )
        for t in desk.rows(at, "tasks")
    )  # fmt: skip
    return Area(desk.whole(at, "number"), desk.text(at, "title"), desk.text(at, "title_en"), tasks)


def _indicators(at: Lined, desk: Desk) -> dict[str, Indicator]:
    rows = desk.rows(at, "indicators")
    _unique(desk, rows, "id")
    return {
        r["id"]: Indicator(
            desk.text(r, "id"), desk.text(r, "title"), desk.text(r, "title_en"), desk.text(r, "unit"),
            desk.one_of(r, "kind", KINDS), desk.text(r, "definition"), desk.optional(r, "definition_en"),
            desk.optional(r, "producer"), desk.optional(r, "rhythm"), desk.optional(r, "measure"), desk.text(r, "source"),
        )
        for r in rows if "id" in r
    }  # fmt: skip


def _sources(at: Lined, desk: Desk) -> dict[str, Source]:
    found: dict[str, Source] = {}
    listed: Any = at.get("sources") or {}
    for code, row in listed.items() if isinstance(listed, Lined) else ():
        if not isinstance(row, Lined):
            desk.complain(listed, code, f"来源 {code} 下应有 title、status、checked_on")
            continue
        found[code] = Source(
            code, desk.text(row, "title"),
            desk.one_of(row, "status", ("official", "copy", "news", "aggregator")), desk.optional(row, "url"),
            desk.optional(row, "issuer"), desk.optional(row, "date"), desk.day(row, "checked_on"), desk.optional(row, "note"),
        )  # fmt: skip
    return found


def _figures(at: Lined, desk: Desk) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            desk.text(r, "indicator"), desk.text(r, "place"), desk.number(r, "value") or Decimal(0),
            desk.text(r, "period"), desk.day(r, "as_of", required=False), desk.text(r, "basis"),
            desk.text(r, "source"), desk.optional(r, "note"),
        )
        for r in desk.rows(at, "figures")
    )  # fmt: skip


def _places(at: Lined, desk: Desk) -> dict[str, Place]:
    rows = desk.rows(at, "places")
    _unique(desk, rows, "id")
    return {
        r["id"]: Place(
            desk.text(r, "id"), desk.text(r, "name"), desk.optional(r, "name_en"), desk.text(r, "kind"),
            desk.optional(r, "code"), desk.optional(r, "parent"),
        )
        for r in rows if "id" in r
    }  # fmt: skip


def _bodies(at: Lined, desk: Desk) -> tuple[Body, ...]:
    return tuple(
        Body(
            desk.text(r, "id"), desk.text(r, "name"), desk.optional(r, "name_en"), desk.text(r, "kind"),
            desk.one_of(r, "known", ("known", "unknown")) == "known", desk.optional(r, "facts"), desk.texts(r, "sources"),
        )
        for r in desk.rows(at, "bodies")
    )  # fmt: skip


def _fields(at: Lined, desk: Desk) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    areas = {
        r["id"]: (desk.text(r, "name"), desk.text(r, "name_en"))
        for r in desk.rows(at, "areas")
        if "id" in r
    }
    disciplines: Any = at.get("disciplines") or {}
    for name, area in disciplines.items():
        if area and area not in areas:
            desk.complain(disciplines, name, f"学科“{name}”指向不存在的领域“{area}”")
    return areas, {str(k): str(v or "") for k, v in disciplines.items()}


def _layouts(folder: Path, desk: Desk) -> dict[str, Layout]:
    found: dict[str, Layout] = {}
    for path in sorted((folder / "layouts").glob("*.yaml")):
        at = _file(folder, f"layouts/{path.name}", desk)
        columns = tuple(_column(c, desk) for c in desk.rows(at, "columns"))
        kind = desk.text(at, "kind")
        key = desk.texts(at, "key")
        if strange := set(key) - {c.field for c in columns}:
            desk.complain(at, "key", f"key 里的 {sorted(strange)} 不是任何一列的 field")
        found[kind] = Layout(kind, desk.text(at, "title"), key, columns)
    return found


def _column(at: Lined, desk: Desk) -> Column:
    choices: Any = at.get("choices") or {}
    return Column(
        desk.text(at, "field"), desk.text(at, "heading"), desk.one_of(at, "kind", CELLS), desk.texts(at, "aliases"),
        at.get("required") is True, desk.optional(at, "unit"), {str(k): str(v) for k, v in choices.items()},
        int(at.get("width") or 16), int(at.get("longest") or 0),
    )  # fmt: skip


def _market(at: Lined, desk: Desk, below: Market) -> Market:
    if not at:
        return below
    days = tuple(int(d) for d in desk.texts(at, "remind_after_days") if d.isdigit())
    if not days or list(days) != sorted(set(days)):
        desk.complain(at, "remind_after_days", "remind_after_days 应为递增的天数，如 [3, 9, 21]")
    return Market(
        days,
        desk.whole(at, "close_after_days"),
        desk.whole(at, "ask_outcome_after_days"),
        desk.whole(at, "longest_persons"),
    )


def _unique(desk: Desk, rows: list[Lined], key: str) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        value = str(row.get(key))
        if value in seen:
            desk.complain(row, key, f"{key}“{value}”在第 {seen[value]} 行已经用过，请换一个")
        seen[value] = row.lines.get(key, row.line)


def _check_references(book: Book, folder: Path, desk: Desk) -> None:
    for path, at, words in _references(book, folder, desk):
        desk.problems.append(Problem(path, at, words))


def _references(book: Book, folder: Path, desk: Desk) -> Iterator[tuple[Path, int, str]]:
    """References across files: sources, indicators, parents. Lines are looked up again by value."""
    plan = book.plan
    if plan is None:
        return
    path = folder / "plan.yaml"
    find = _line_finder(path)
    for target in plan.targets:
        if target.indicator not in book.indicators:
            yield path, find(target.indicator), f"indicators.yaml 里没有指标“{target.indicator}”"
        if target.source and target.source not in book.sources:
            yield (
                path,
                find(f"source: {target.source}"),
                f"sources.yaml 里没有来源“{target.source}”，请登记",
            )
        if target.parent and book.parent and not book.parent_target(target):
            yield path, find(f"parent: {target.parent}"), f"上级计划里没有目标“{target.parent}”"
    for task in plan.tasks:
        if task.source not in book.sources:
            yield (
                path,
                find(f"source: {task.source}"),
                f"sources.yaml 里没有来源“{task.source}”，请登记",
            )
    for figure in book.figures:
        if figure.source not in book.sources:
            yield (
                folder / "figures.yaml",
                _line_finder(folder / "figures.yaml")(figure.source),
                (f"sources.yaml 里没有来源“{figure.source}”，请登记"),
            )


def _line_finder(path: Path) -> Callable[[str], int]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return lambda text: next((n for n, line in enumerate(lines, 1) if text in line), 1)
