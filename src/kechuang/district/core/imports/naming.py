"""Whom a sheet means that tells names without credit codes: known by a certificate's number or by
the name; what is doubtful is asked; who is not known is kept by the name alone.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kechuang.book.cells import is_empty
from kechuang.book.reading import Option, Question, Reading, Table, cell_of
from kechuang.book.sheets import Column
from kechuang.district.core.actor import Actor
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.references import by_name
from kechuang.engines.base.sayings import Said
from kechuang.engines.text import normalise
from kechuang.engines.text.firm_names import Match

from .kinds import ImportKind
from .sheet_rows import ReadRow, problem

NAME = "name:"
OPEN = "open"  # the answer that leaves a name undecided: its rows go to the sheet to mend
Namer = Callable[[Collection[str], Actor], Mapping[str, Match]]
_NAMERS: list[Namer] = []
_MOST_ASKED = 200
_WHY = {
    "same": "import.name.same",
    "former": "import.name.former",
    "form": "import.name.form",
    "place": "import.name.place",
    "branch": "import.name.branch",
    "part": "import.name.part",
    "slip": "import.name.slip",
}


def names_by(namer: Namer) -> Namer:
    """Who knows the organisations says so here."""
    _NAMERS.append(namer)
    return namer


@dataclass
class Whom:
    """What names mean: name → (reference, name as registered, what a person should know); and
    what must be asked.
    """

    found: dict[str, tuple[str, str, Said]] = field(default_factory=dict)
    numbers: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # certificate → whose
    questions: list[Question] = field(default_factory=list)
    undecided: set[str] = field(default_factory=set)
    later: int = 0  # doubtful names beyond one page of questions
    alone: int = 0  # rows kept by the name alone


def look_up(reading: Reading, kind: ImportKind, answers: Mapping[str, str], actor: Actor) -> Whom:
    """Compare the names of a sheet's rows without a code with those that this person may know."""
    rows = list(_nameless(reading))
    if not rows or not _NAMERS:
        return Whom()
    by_number = getattr(kind, "by_number", None)
    numbers = by_number({number for _, number in rows if number}) if by_number else {}
    counts: dict[str, int] = {}
    for name, number in rows:
        if number not in numbers:
            counts[name] = counts.get(name, 0) + 1
    whom = Whom(numbers=numbers)
    for name, match in _NAMERS[0](counts, actor).items():
        _settle(whom, name, match, counts[name], answers.get(f"{NAME}{name}", ""))
    return whom


def _settle(whom: Whom, name: str, match: Match, rows: int, answer: str) -> None:
    options = {c.reference: c for c in match.candidates}
    if answer in options:
        told = Said("import.note.name_by_person", name=name, code=answer)
        whom.found[name] = (answer, options[answer].name, told)
    elif match.result == "certain":
        one = match.candidates[0]
        code = "import.note.name_former" if one.why == "former" else "import.note.name_known"
        told = Said(code, name=one.name, code=one.reference)
        whom.found[name] = (one.reference, one.name, told)
    elif match.result == "doubtful" and answer == OPEN:
        whom.undecided.add(name)
    elif match.result == "doubtful" and answer != "alone":
        if len(whom.questions) < _MOST_ASKED:
            whom.questions.append(_question(name, match, rows))
        else:
            whom.later += 1  # asked next, when these are answered and the sheet is read anew


def _question(name: str, match: Match, rows: int) -> Question:
    options = (
        *(
            Option(c.reference, f"{c.name}（{c.reference}）", Said(_WHY[c.why]))
            for c in match.candidates
        ),
        Option("alone", "", Said("import.name.alone")),
        Option(OPEN, "", Said("import.name.open")),
    )
    words = Said("import.ask.name", name=name, count=rows)
    return Question(f"{NAME}{name}", words, options, "alone")


def _nameless(reading: Reading) -> Iterator[tuple[str, str]]:
    """(name, certificate) of every row that tells a name and no code."""
    for table in reading.tables:
        for column, code_at, name_at in _pairs(reading, table):
            number_at = table.place("number")
            for line in reading.lines(table):
                if line.skipped:
                    continue
                code = None if code_at is None else cell_of(table, line.cells, code_at)
                name = normalise(str(cell_of(table, line.cells, name_at) or ""))
                if name and is_empty(column, code):
                    number = "" if number_at is None else cell_of(table, line.cells, number_at)
                    yield name, normalise(str(number or "")).replace(" ", "")


def _pairs(reading: Reading, table: Table) -> Iterator[tuple[Column, int | None, int]]:
    """(column of codes, its place, the place of names) of a table in which codes are missing."""
    for column in reading.layout.columns:
        name_at = table.place(column.named_by) if column.named_by else None
        if name_at is None or column.field in reading.filled:
            continue
        code_at = table.place(column.field)
        if code_at is None or _has_gaps(reading, table, column, code_at):
            yield column, code_at, name_at


def _has_gaps(reading: Reading, table: Table, column: Column, place: int) -> bool:
    lines = reading.lines(table)
    return any(is_empty(column, cell_of(table, x.cells, place)) for x in lines if not x.skipped)


def named(rows: Iterable[ReadRow], reading: Reading, whom: Whom) -> Iterator[ReadRow]:
    """The rows with the references of whom their names mean."""
    columns = [c for c in reading.layout.columns if c.named_by]
    for row in rows:
        for column in columns:
            if not row.values.get(column.field) and not _told(row, column):
                _name(row, column, whom)
        yield row


def _told(row: ReadRow, column: Column) -> bool:
    """Whether the row is told already what is wrong with its code."""
    place = row.table.place(column.field)
    own = None if place is None else place - row.table.part.left
    return own is not None and any(p["place"] == own for p in row.problems)


def _name(row: ReadRow, column: Column, whom: Whom) -> None:
    name = row.values.get(column.named_by)
    number = str(row.values.get("number") or "")
    if number in whom.numbers:
        reference, known = whom.numbers[number]
        row.values |= {column.field: reference, column.named_by: known}
        row.notes.append(Said("import.note.name_by_number", number=number, name=known))
    elif name in whom.found:
        reference, known, note = whom.found[name]
        row.values |= {column.field: reference, column.named_by: known}  # a list renames nobody
        row.notes.append(note)
    elif name in whom.undecided:
        row.problems.append(problem(row.table, Invalid("import.name_undecided", column.named_by)))
    elif name and column.name_only:
        row.values[column.field] = by_name(name)
        row.notes.append(Said("import.note.name_alone", name=name))
        whom.alone += 1
    elif column.required:
        heading = column.heading
        missing = Invalid("cell.required", column.field, heading=heading)
        row.problems.append(problem(row.table, missing))
    elif name:
        row.notes.append(Said("import.note.name_unknown", name=name))


def waits(row: ReadRow) -> bool:
    """Whether nothing keeps a row out but a name that a person left open."""
    codes = {p["code"] for p in row.problems}
    return codes == {"import.name_undecided"}
