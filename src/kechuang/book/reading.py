"""A workbook read by a layout: which tables, which columns, which units, and what a person must
say first.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said
from kechuang.engines.sheets.headings import Vocabulary, Wanted, heading_key
from kechuang.engines.sheets.pages import PageHead, Pages
from kechuang.engines.sheets.parts import Line, Part, lines_of
from kechuang.engines.sheets.tables import SURVEY, find_parts
from kechuang.engines.sheets.units import UNITS, Ruling, rule

from .sheets import Column, Layout

_SHARE = 0.6  # of the best table's columns that another must have to be offered
_SERIALS = frozenset(("序号", "no.", "no"))
_UNIT_HEADS = frozenset(("计量单位", "单位", "金额单位", "货币单位"))
_WHY = {
    "none": "import.ask.unit_none",
    "differ": "import.ask.unit_differ",
    "far": "import.ask.unit_far",
}
Answers = Mapping[str, str]
Typical = Callable[[str], int | None]


@dataclass(frozen=True)
class Option:
    """An answer that may be given: its value, how it is called, what it would mean."""

    value: str
    label: str
    means: Said | None = None
    odd: str = ""  # small or large: absurd beside what is registered


@dataclass(frozen=True)
class Question:
    """What a person must say before anything is written: one answer for many rows.

    ``free`` allows an answer of one's own beside the options.
    """

    id: str
    words: Said
    options: tuple[Option, ...]
    proposed: str = ""
    hint: Said | None = None
    free: bool = False


@dataclass(frozen=True)
class Table:
    """A part of the workbook with its columns as the layout reads them, and how units were told."""

    part: Part
    columns: Mapping[int, Column] = field(hash=False)
    rulings: Mapping[str, Ruling] = field(hash=False)
    units_at: int | None = None  # the place of a column that names each row's unit

    @property
    def headings(self) -> list[str]:
        """The headings as the sheet has them."""
        return list(self.part.headings)

    @property
    def unused(self) -> list[str]:
        """Headings that are no column of the layout."""
        left = self.part.left
        return [
            h
            for n, h in enumerate(self.part.headings, left)
            if h and n not in self.columns and n != self.units_at
        ]

    def place(self, name: str) -> int | None:
        """Where a field stands on the page (0-based), or None."""
        return next((i for i, c in self.columns.items() if c.field == name), None)


@dataclass(frozen=True)
class Reading:
    """The tables that are read, what stands in the workbook beside them, what must be asked."""

    layout: Layout
    pages: Pages = field(repr=False)
    tables: tuple[Table, ...]
    left_out: tuple[str, ...]
    questions: tuple[Question, ...]
    skips_hidden: bool = False
    filled: Mapping[str, str] = field(default_factory=dict, hash=False)  # for the whole sheet

    def lines(self, table: Table) -> Iterator[Line]:
        """The rows of a table; its cells from the table's left edge on."""
        part = table.part
        head = self.pages.heads[part.page]
        hidden = head.hidden_rows if self.skips_hidden else frozenset()
        for line in lines_of(part, self.pages.rows(part.page), hidden):
            yield replace(line, cells=line.cells[part.left : part.right]) if part.left else line


def wanted(layout: Layout) -> tuple[Wanted, ...]:
    """A layout's columns as the machine looks for them."""
    return tuple(
        Wanted(c.field, (c.heading, *c.aliases), is_money(c), c.required) for c in layout.columns
    )


def is_money(column: Column) -> bool:
    """Whether a column's bare numbers are amounts of money."""
    return column.kind == "fen" or (column.kind == "fact" and column.unit == "元")


def read(pages: Pages, layout: Layout, answers: Answers, typical: Typical) -> Reading:
    """Find a layout's tables in a workbook.

    Args:
        answers: What a person has said: question → answer.
        typical: The usual amount (fen) of a field in what is registered, or None.

    Raises:
        Invalid: No table names a column of the layout, or required columns are missing.
    """
    names = Vocabulary(wanted(layout), _mapped(answers))
    heads = pages.heads
    samples = [list(islice(pages.rows(n), SURVEY)) for n in range(len(heads))]
    found = [p for n, head in enumerate(heads) for p in find_parts(n, head.name, samples[n], names)]
    if not found:
        wanted_heads = [c.heading for c in layout.columns]
        raise Invalid("import.no_headings", "file", title=layout.title, headings=wanted_heads)
    most = max(len(p.columns) for p in found)
    offered = [p for p in found if len(p.columns) >= most * _SHARE]
    chosen, questions = _choose(offered, heads, answers)
    tables = [_table(p, layout, samples[p.page], typical) for p in chosen]
    questions += _missing(layout, tables, answers)
    if hidden := sum(len(heads[n].hidden_rows) for n in {t.part.page for t in tables}):
        questions += _ask_hidden(hidden)
    questions += (asked := _ask_units(tables, answers))
    tables = [_settled(t, answers, asked) for t in tables]
    used = {p.page for p in chosen}
    return Reading(
        layout,
        pages,
        tuple(tables),
        tuple(h.name for n, h in enumerate(heads) if n not in used and h.total and h.name),
        tuple(q for q in questions if not _answered(q, answers)),
        answers.get("hidden") == "skip",
        _filled(layout, tables, answers),
    )


def _answered(question: Question, answers: Answers) -> bool:
    """Whether the answer is one that may be given."""
    given = answers.get(question.id, "")
    if question.id == "tables":
        return bool(given)
    free = question.free and given.startswith("fill:") and len(given) > len("fill:")
    return free or any(given == o.value for o in question.options)


def _mapped(answers: Answers) -> dict[str, str]:
    """What a person said of columns: heading key → field."""
    given = {k.removeprefix("column:"): v for k, v in answers.items() if k.startswith("column:")}
    for name, heading in answers.items():
        if name.startswith("need:") and heading.startswith("column:"):
            given[heading.removeprefix("column:")] = name.removeprefix("need:")
    return given


def _choose(
    offered: Sequence[Part], heads: Sequence[PageHead], answers: Answers
) -> tuple[list[Part], list[Question]]:
    """The parts to be read; of several sheets of one workbook a person says which."""
    seen = [p for p in offered if not heads[p.page].hidden] or list(offered)
    sheets = list(
        dict.fromkeys(p.page for p in offered if p.form is None and not heads[p.page].file)
    )
    if len(sheets) < 2:
        return seen, []
    options = (
        Option("all", "", Said("import.ask.tables_all", count=len({p.page for p in seen}))),
        *(
            Option(str(n), heads[n].name, Said("import.ask.table", rows=heads[n].total))
            for n in sheets
        ),
    )
    said = answers.get("tables", "all")
    picked = seen if said == "all" else [p for p in offered if str(p.page) in said.split(",")]
    names = [heads[n].name for n in sheets]
    question = Question("tables", Said("import.ask.tables", names=names), options, "all")
    return picked or seen, [question]


def _table(part: Part, layout: Layout, rows: Sequence[list[object]], typical: Typical) -> Table:
    by_field = {c.field: c for c in layout.columns}
    found = part.fields
    columns = {
        place: replace(c, required=c.required and c.named_by not in found)
        if (c := by_field[m.field]).named_by
        else c
        for place, m in part.columns.items()
    }
    lines = [line.cells for line in lines_of(part, rows) if not line.skipped]
    units_at = _units_at(part, lines)
    rulings = {}
    for place, column in columns.items():
        if is_money(column):
            values = [_with_unit(cells, place, units_at) for cells in lines]
            said = part.columns[place]
            rulings[column.field] = rule(
                said.unit, said.said, part.unit, column.unit or "元", values, typical(column.field)
            )
    return Table(part, columns, rulings, units_at)


def _units_at(part: Part, lines: Sequence[list[object]]) -> int | None:
    """The column that says the unit of each row, if its cells do say units of money."""
    for place, heading in enumerate(part.headings, part.left):
        if heading_key(heading) in _UNIT_HEADS and place not in part.columns:
            said = {str(cells[place]).strip() for cells in lines if place < len(cells)}
            if said & set(UNITS) and said <= {*UNITS, "", "None"}:
                return place
    return None


def _with_unit(cells: Sequence[object], place: int, units_at: int | None) -> object:
    """A cell together with the unit that its row names."""
    cell = cells[place] if place < len(cells) else None
    if units_at is None or units_at >= len(cells) or cell in (None, "") or isinstance(cell, bool):
        return cell
    unit = str(cells[units_at] or "").strip()
    bare = isinstance(cell, (int, float)) or str(cell).replace(",", "").replace(".", "").isdecimal()
    return f"{cell}{unit}" if bare and unit else cell


def _missing(layout: Layout, tables: Sequence[Table], answers: Answers) -> list[Question]:
    """What no column is, though it must be: which column it is, or what holds for the whole sheet.

    Raises:
        Invalid: There is no column left that it could be.
    """
    found = {c.field for t in tables for c in t.columns.values()}
    unused = list(dict.fromkeys(h for t in tables for h in t.unused))
    questions: list[Question] = []
    lost = [c for c in layout.columns if _is_lost(c, found)]
    said = {c.field: answers.get(f"need:{c.field}", "") for c in lost if c.required}
    declined = [
        c.heading for c in lost if said.get(c.field) and not said[c.field].startswith("fill:")
    ]
    hopeless = [c.heading for c in lost if c.required] if len(found) < 2 or not unused else []
    if declined or hopeless:
        line, ignored = tables[0].part.head, Said("import.columns_unknown", columns=unused)
        raise Invalid(
            "import.missing_column",
            "file",
            line=line,
            columns=declined or hopeless,
            ignored=ignored if unused else "",
        )
    for column in lost:
        taken = {v for k, v in answers.items() if k.startswith("need:")}
        options = [
            Option(f"column:{heading_key(h)}", h, Said("import.ask.column"))
            for h in unused
            if heading_key(h) not in _SERIALS
            if f"column:{heading_key(h)}" not in taken or answers.get(f"need:{column.field}")
        ]
        fills = [Option(f"fill:{w}", w, Said("import.ask.fill")) for w in column.choices.values()]
        questions.append(
            Question(
                f"need:{column.field}",
                Said("import.ask.need", heading=column.heading),
                (*options, *fills, Option("none", "", Said("import.ask.not_there"))),
                _titled(column, tables),
                free=True,
            )
        )
    return questions


def _titled(column: Column, tables: Sequence[Table]) -> str:
    """The choice that the title names (认定高新技术企业名单), as the answer to be proposed."""
    above = " ".join(w for t in tables for w in (*t.part.notes, t.part.name))
    words = {word: word for word in column.choices.values()}
    words |= {other: column.choices.get(code, "") for other, code in column.other_words.items()}
    named = max((w for w in words if len(w) > 1 and w in above), key=len, default="")
    return f"fill:{words[named]}" if named else ""


def _is_lost(column: Column, found: set[str]) -> bool:
    if column.field in found or (column.named_by and column.named_by in found):
        return False
    return column.required or bool(column.asked_with and column.asked_with in found)


def _filled(layout: Layout, tables: Sequence[Table], answers: Answers) -> dict[str, str]:
    """What a person said for the whole sheet: field → text."""
    found = {c.field for t in tables for c in t.columns.values()}
    return {
        c.field: answers[f"need:{c.field}"].removeprefix("fill:")
        for c in layout.columns
        if c.field not in found and answers.get(f"need:{c.field}", "").startswith("fill:")
    }


def _ask_hidden(count: int) -> list[Question]:
    options = (
        Option("read", "", Said("import.ask.hidden_read")),
        Option("skip", "", Said("import.ask.hidden_skip")),
    )
    return [Question("hidden", Said("import.ask.hidden", count=count), options, "read")]


def _ask_units(tables: Sequence[Table], answers: Answers) -> list[Question]:
    """One question for all columns whose unit is told alike, or not told."""
    groups: dict[tuple[str, str, str], list[tuple[str, Ruling, int]]] = {}
    for table in tables:
        for name, ruling in table.rulings.items():
            place = table.place(name)
            heading = table.part.columns[place].heading if place is not None else name
            if ruling.why and f"unit:{heading_key(heading)}" not in answers:
                key = (ruling.why, ruling.unit, table.part.unit)
                groups.setdefault(key, []).append((heading, ruling, table.part.head + 1))
    return [
        _unit_question(number, why, note, found)
        for number, ((why, _, note), found) in enumerate(groups.items())
    ]


def _unit_question(
    number: int, why: str, note: str, found: Sequence[tuple[str, Ruling, int]]
) -> Question:
    headings = list(dict.fromkeys(heading for heading, _, _ in found))
    first, line = found[0][1], found[0][2]
    options = tuple(
        Option(
            c.unit,
            c.unit,
            Said("import.ask.unit_means", line=line, value_fen=c.example, total_fen=c.total),
            c.odd,
        )
        for c in first.choices
    )
    words = Said(_WHY[why], headings=headings, unit=first.unit, note=note)
    hint = Said("import.ask.unit_middle", middle_fen=first.middle) if first.middle else None
    return Question(f"unit-{number}", words, options, first.likely, hint)


def _settled(table: Table, answers: Answers, asked: Sequence[Question]) -> Table:
    """The columns with their units: as told, or as a person said of a question or a column."""
    said = {
        heading: answers[q.id]
        for q in asked
        if q.id in answers
        for heading in q.words.facts["headings"]
        if q.words.facts["note"] == table.part.unit
    }
    columns, rulings = dict(table.columns), dict(table.rulings)
    for place, column in table.columns.items():
        ruling = table.rulings.get(column.field)
        if ruling is None:
            continue
        heading = table.part.columns[place].heading
        answer = answers.get(f"unit:{heading_key(heading)}", "")
        answer = answer or (said.get(heading, "") if ruling.why else "")
        told = answer in UNITS
        unit = answer if told else ruling.unit
        columns[place] = replace(column, unit=unit)
        rulings[column.field] = replace(ruling, unit=unit, said="person" if told else ruling.said)
    return replace(table, columns=columns, rulings=rulings)


def cell_of(table: Table, cells: Sequence[object], place: int) -> object:
    """A row's cell at a place of the page, with the unit that the row names."""
    left = table.part.left
    at = None if table.units_at is None else table.units_at - left
    column = table.columns[place]
    if at is not None and is_money(column):
        return _with_unit(cells, place - left, at)
    return cells[place - left] if place - left < len(cells) else None
