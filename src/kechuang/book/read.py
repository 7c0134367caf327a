"""Reading a book: stack, check, hand over. Every complaint names file, line and remedy."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from kechuang.engines.rules import Policy

from .desk import Desk, Problem, unique
from .firms import counted_feeds, fact_column, read_facts, read_ladder
from .lines import DuplicateKey, Lined, load
from .plans import read_calendar, read_plan, read_supervision
from .policies import read_policy
from .policy_checks import check_policies
from .references import check_references
from .registers import layout_of, read_register
from .returns import read_returns
from .schemas import (
    Body,
    Book,
    Fact,
    Figure,
    Indicator,
    Market,
    Place,
    Plan,
    Rung,
    Source,
)
from .shape_check import check_shape
from .sheets import BookRegister, Column, Layout, with_choices

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
    "fact",
    "figure",
)


def read_book(folder: Path) -> tuple[Book | None, list[Problem]]:
    """Read the book in ``folder`` and all it extends (folders beside it).

    Returns:
        The book, or None when it cannot be put together, and every problem found.
    """
    desk = Desk()
    book = _read(folder, desk, ())
    if book:
        check_references(book, folder, desk)
    if book and not desk.problems:
        desk.problems += check_policies(book, folder)
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
    if isinstance(content, list) and name.endswith("cases.yaml"):
        empty["cases"] = content
        return empty
    if not isinstance(content, Lined):
        desk.problems.append(Problem(path, 1, "文件最外层应为“键: 值”"))
        return empty
    check_shape(name, content, desk)
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
    return _on(parent, folder, head, desk)


_NOTHING = Book("", "", "", "", None, {}, {}, (), {}, (), {}, {}, {}, Market(), ())


def _on(parent: Book | None, folder: Path, head: Lined, desk: Desk) -> Book:
    """A folder's book on the one it extends: tables entry by entry, lists one after the other."""
    below = parent or _NOTHING

    def file(name: str) -> Lined:
        return _file(folder, f"{name}.yaml", desk)

    areas, disciplines = _fields(file("fields"), desk)
    plans, main = _plans(folder, desk)
    ladder = {**below.ladder, **read_ladder(file("ladder"), desk)}
    own_facts, asks, feeds = read_facts(file("firm_facts"), desk)
    facts = {**below.facts, **own_facts}
    registers = {**below.registers, **_registers(folder, desk)}
    layouts = _with_firms({**below.layouts, **_layouts(folder, desk)}, ladder, facts)
    indicators = {**below.indicators, **_indicators(file("indicators"), desk)}
    layouts = with_choices(layouts, "indicators", {i.id: i.title for i in indicators.values()})
    return Book(
        id=desk.text(head, "id"),
        title=desk.text(head, "title"),
        title_en=desk.text(head, "title_en"),
        place=desk.optional(head, "place"),
        plan=plans.get(main),
        indicators=indicators,
        sources={**below.sources, **_sources(file("sources"), desk)},
        figures=below.figures + _figures(file("figures"), desk),
        places={**below.places, **_places(file("places"), desk)},
        bodies=below.bodies + _bodies(file("bodies"), desk),
        areas={**below.areas, **areas},
        disciplines={**below.disciplines, **disciplines},
        layouts={**layouts, **{n: layout_of(r) for n, r in registers.items()}},
        registers=registers,
        market=_market(file("market"), desk, below.market),
        lexicon=below.lexicon + _lexicon(folder),
        parent=parent,
        plans=plans,
        supervision=read_supervision(file("supervision"), desk, below.supervision),
        calendar=read_calendar(file("calendar"), desk, below.calendar),
        ladder=ladder,
        facts=facts,
        asks={**below.asks, **asks},
        feeds=counted_feeds({**below.feeds, **feeds}, facts),
        policies={**below.policies, **_policies(folder, desk)},
        returns={**below.returns, **read_returns(folder, _files(folder, "returns", desk), desk)},
    )


def _lexicon(folder: Path) -> tuple[str, ...]:
    path = folder / "lexicon.txt"
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.exists() else ()


def _registers(folder: Path, desk: Desk) -> dict[str, BookRegister]:
    found = (read_register(at, desk) for at in _files(folder, "registers", desk).values())
    return {r.id: r for r in found if r is not None}


def _files(folder: Path, name: str, desk: Desk) -> dict[str, Lined]:
    return {
        p.stem: _file(folder, f"{name}/{p.name}", desk)
        for p in sorted((folder / name).glob("*.yaml"))
    }


def _policies(folder: Path, desk: Desk) -> dict[str, Policy]:
    """All policies of a folder by the name of theirs."""
    found: dict[str, Policy] = {}
    for path in sorted((folder / "policies").glob("*/policy.yaml")):
        name = path.parent.name
        files = {
            kind: _file(folder, f"policies/{name}/{kind}.yaml", desk)
            for kind in ("policy", "parameters", "rules", "cases")
        }
        if policy := read_policy(name, files, desk, folder.name):
            found[name] = policy
    return found


def _plans(folder: Path, desk: Desk) -> tuple[dict[str, Plan], str]:
    """All plans of a folder by id, and the id of the main one (plan.yaml)."""
    found: dict[str, Plan] = {}
    main = ""
    for name, at in {
        "plan": _file(folder, "plan.yaml", desk),
        **_files(folder, "plans", desk),
    }.items():
        plan = read_plan(at, desk)
        if plan is None:
            continue
        if plan.id in found:
            desk.complain(at, "id", f"计划编号“{plan.id}”用了两次")
        found[plan.id] = plan
        main = plan.id if name == "plan" else main
    return found, main


def _indicators(at: Lined, desk: Desk) -> dict[str, Indicator]:
    rows = desk.rows(at, "indicators")
    unique(desk, rows, "id")
    return {
        r["id"]: Indicator(
            desk.text(r, "id"),
            desk.text(r, "title"),
            desk.text(r, "title_en"),
            desk.text(r, "unit"),
            desk.one_of(r, "kind", KINDS),
            desk.text(r, "definition"),
            desk.optional(r, "definition_en"),
            desk.optional(r, "producer"),
            desk.optional(r, "rhythm"),
            desk.optional(r, "measure"),
            desk.text(r, "source"),
        )
        for r in rows
        if "id" in r
    }


def _sources(at: Lined, desk: Desk) -> dict[str, Source]:
    found: dict[str, Source] = {}
    listed: Any = at.get("sources") or {}
    for code, row in listed.items() if isinstance(listed, Lined) else ():
        if not isinstance(row, Lined):
            desk.complain(listed, code, f"来源 {code} 下应有 title、status、checked_on")
            continue
        found[code] = Source(
            code,
            desk.text(row, "title"),
            desk.one_of(row, "status", ("official", "copy", "news", "aggregator")),
            desk.optional(row, "url"),
            desk.optional(row, "issuer"),
            desk.optional(row, "date"),
            desk.day(row, "checked_on"),
            desk.optional(row, "note"),
        )
    return found


def _figures(at: Lined, desk: Desk) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            desk.text(r, "indicator"),
            desk.text(r, "place"),
            desk.number(r, "value") or Decimal(0),
            desk.text(r, "period"),
            desk.day(r, "as_of", required=False),
            desk.text(r, "basis"),
            desk.text(r, "source"),
            desk.optional(r, "note"),
        )
        for r in desk.rows(at, "figures")
    )


def _places(at: Lined, desk: Desk) -> dict[str, Place]:
    rows = desk.rows(at, "places")
    unique(desk, rows, "id")
    return {
        r["id"]: Place(
            desk.text(r, "id"),
            desk.text(r, "name"),
            desk.optional(r, "name_en"),
            desk.text(r, "kind"),
            desk.optional(r, "code"),
            desk.optional(r, "parent"),
        )
        for r in rows
        if "id" in r
    }


def _bodies(at: Lined, desk: Desk) -> tuple[Body, ...]:
    return tuple(
        Body(
            desk.text(r, "id"),
            desk.text(r, "name"),
            desk.optional(r, "name_en"),
            desk.text(r, "kind"),
            desk.one_of(r, "known", ("known", "unknown")) == "known",
            desk.optional(r, "facts"),
            desk.texts(r, "sources"),
        )
        for r in desk.rows(at, "bodies")
    )


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


def _with_firms(
    layouts: Mapping[str, Layout], ladder: Mapping[str, Rung], facts: Mapping[str, Fact]
) -> Mapping[str, Layout]:
    """The columns that the ladder and the yearly facts of firms give."""
    rungs = sorted(ladder.values(), key=lambda r: r.order)
    choices = {r.id: r.title for r in rungs}
    former = {
        w: r.id for r in rungs for w in (*(n for _, n, _ in r.names), *r.aliases) if w != r.title
    }
    made = {}
    for kind, layout in layouts.items():
        columns = [
            replace(c, choices=choices, other_words=former) if c.choices_from == "ladder" else c
            for c in layout.columns
            if c.kind != "fact"
        ]
        if kind == "firm_years":
            columns += [fact_column(f) for f in facts.values()]
        made[kind] = replace(layout, columns=tuple(columns))
    return made


def _column(at: Lined, desk: Desk) -> Column:
    choices: Any = at.get("choices") or {}
    source = choices if isinstance(choices, str) else ""
    choices = {} if source else choices
    return Column(
        desk.text(at, "field"),
        desk.text(at, "heading"),
        desk.one_of(at, "kind", CELLS),
        desk.texts(at, "aliases"),
        at.get("required") is True,
        desk.optional(at, "unit"),
        {str(k): str(v) for k, v in choices.items()},
        int(at.get("width") or 16),
        int(at.get("longest") or 0),
        source,
    )


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
