"""Where the tables of a page stand: titles and notes above, headings of one or two rows, two
tables side by side, several below each other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from .forms import find_forms
from .headings import Head, Mapped, Vocabulary, heading_key, words_of
from .pages import is_blank
from .parts import Part
from .units import UNITS, unit_in_heading, unit_in_note

SURVEY = 1_000  # rows of a page that are looked through for tables
_HEADS = 40  # lines among which the first heading must stand
_NUMBERING = re.compile(r"[甲乙丙丁戊己庚辛]|\d{1,2}|[(（]\d{1,2}[)）]|[A-Z]")
_SHARE = 0.6  # of the best heading's columns that another heading must name
Row = Sequence[object]


@dataclass(frozen=True)
class _Heading:
    """A heading as found: its first line and last (0-based), its heads, its columns."""

    first: int
    last: int
    heads: tuple[Head, ...]
    columns: dict[int, Mapped] = field(hash=False)

    @property
    def key(self) -> tuple[str, ...]:
        """The headings in comparable form."""
        return tuple(heading_key(h.words) for h in self.heads)


def find_parts(number: int, name: str, rows: Sequence[Row], names: Vocabulary) -> list[Part]:
    """The tables of a page that name at least one column of the layout.

    Args:
        number: The page's place in the workbook, from 0.
        rows: Its first rows, at most `SURVEY`.
    """
    best = _best(rows, names)
    most = len(best.columns) if best else 0
    forms = find_forms(number, name, rows, names) if len(rows) <= _HEADS * 8 else []
    if forms and max(len(f.columns) for f in forms) > max(most, 2):
        return forms
    if best is None:
        return []
    headings = [best, *_later(rows, names, best)]
    parts: list[Part] = []
    for place, heading in enumerate(headings):
        top = _top(rows, heading, headings[place - 1].last + 1 if place else 0)
        if parts:
            parts = [replace(p, last=top) if p.last is None else p for p in parts]
        parts += _halves(number, name, rows, heading, top, names)
    return parts


def _best(rows: Sequence[Row], names: Vocabulary) -> _Heading | None:
    found: _Heading | None = None
    for line in range(min(len(rows), _HEADS)):
        for heading in _headings_at(rows, line, names):
            if found is None or len(heading.columns) > len(found.columns):
                found = heading
    return found


def _headings_at(rows: Sequence[Row], line: int, names: Vocabulary) -> Iterator[_Heading]:
    """The row as a heading by itself, and together with the row below."""
    parents = words_of(rows[line])
    if sum(1 for p in parents if p and names.match(p)) == 0 and not _may_have_children(rows, line):
        return
    single = tuple(Head(p) for p in parents)
    yield _with_units(rows, line, line, single, names)
    if _may_have_children(rows, line):
        children = words_of(rows[line + 1])
        both = tuple(_paired(p, c) for p, c in zip(parents, children, strict=False))
        yield _with_units(rows, line, line + 1, both, names)


def _paired(parent: str, child: str) -> Head:
    return Head(parent, child) if parent else Head(child)


def _may_have_children(rows: Sequence[Row], line: int) -> bool:
    """Whether the row below is the lower half of a heading: only words, some of them the same as
    above or missing, some under a parent that spans several or is missing.
    """
    if line + 1 >= len(rows):
        return False
    below = rows[line + 1]
    if is_blank(below) or any(c is not None and not isinstance(c, str) for c in below):
        return False
    parents, children = words_of(rows[line]), words_of(below)
    pairs = list(zip(parents, children, strict=False))
    if len({p for p in parents if p}) < 2:
        return False
    alike = sum(1 for p, c in pairs if p and (p == c or not c))
    under = sum(
        1
        for place, (p, c) in enumerate(pairs)
        if c and p != c and (not p or p in parents[:place] + parents[place + 1 :])
    )
    return alike >= 1 and under >= 2 and not any(re.search(r"\d{3}", c) for c in children)


def _with_units(
    rows: Sequence[Row], first: int, last: int, heads: tuple[Head, ...], names: Vocabulary
) -> _Heading:
    """With the units that stand in a row of their own below; a row 甲 乙 1 2 is passed over."""
    if last + 1 < len(rows):
        below = words_of(rows[last + 1])
        said = [c for c in below if c]
        if said and all(
            unit_in_heading(c) or c.strip("()（）") in UNITS or c in _PER for c in said
        ):
            heads = tuple(
                replace(h, below=c)
                for h, c in zip(heads, [*below, *[""] * len(heads)], strict=False)
            )
            last += 1
        elif (
            len(said) >= 2
            and all(_NUMBERING.fullmatch(c.removesuffix(".0")) for c in said)
            and _runs(said)
        ):
            last += 1
    return _Heading(first, last, heads, names.columns(heads))


_PER = frozenset(
    ("%", "（%）", "(%)", "项", "人", "件", "家", "个", "（项）", "（人）", "（件）", "（家）")
)


def _runs(said: Sequence[str]) -> bool:
    """甲 乙 丙 1 2 3: numbers that go up by one."""
    numbers = [
        int(s.strip("()（）").removesuffix(".0"))
        for s in said
        if s.strip("()（）").removesuffix(".0").isdecimal()
    ]
    return (
        bool(numbers)
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and numbers[0] <= 1
    )


def _later(rows: Sequence[Row], names: Vocabulary, first: _Heading) -> Iterator[_Heading]:
    """Headings below the first table: of other columns, or under a unit of their own."""
    held, line = first, first.last + 1
    written = {n for w in names.wanted.values() for n in w.names} | {h.parent for h in first.heads}
    enough = max(2, round(len(first.columns) * _SHARE))
    while line < len(rows):
        if not _may_be_heading(rows, line, written):
            line += 1
            continue
        heading = max(_headings_at(rows, line, names), key=lambda h: len(h.columns), default=None)
        if heading is None or len(heading.columns) < enough:
            line += 1
            continue
        notes = _notes(rows, _top(rows, heading, held.last + 1), heading.first)
        if heading.key != held.key or any(unit_in_note(n) for n in notes):
            held = heading
            yield heading
        line = heading.last + 1


def _may_be_heading(rows: Sequence[Row], line: int, written: set[str]) -> bool:
    """Whether it is worth looking: a row that holds a known heading to the letter, or one below a
    blank row or a title.
    """
    if any(c in written for c in rows[line] if isinstance(c, str)):
        return True
    return is_blank(rows[line - 1]) or len(_said(rows[line - 1])) == 1


def _top(rows: Sequence[Row], heading: _Heading, least: int) -> int:
    """The first line of the title and notes over a heading (0-based)."""
    if not least:
        return 0
    line = heading.first
    while line > least and (is_blank(rows[line - 1]) or len(_said(rows[line - 1])) == 1):
        line -= 1
    return line


def _said(row: Row) -> list[str]:
    """The different words of a row, in order."""
    return list(dict.fromkeys(w for w in words_of(row) if w))


def _notes(rows: Sequence[Row], first: int, last: int) -> tuple[str, ...]:
    return tuple(" ".join(_said(row))[:300] for row in rows[first:last] if not is_blank(row))


def _halves(
    number: int, name: str, rows: Sequence[Row], heading: _Heading, top: int, names: Vocabulary
) -> Iterator[Part]:
    """A table, or each of the equal tables that stand side by side under one title."""
    notes = _notes(rows, top, heading.first)
    note = next((u for u in map(unit_in_note, reversed(notes)) if u), "")
    heads = heading.heads
    for left, right in _spans(heads):
        columns = names.columns(heads[left:right], left)
        if columns:
            yield Part(
                page=number,
                name=name,
                head=heading.last + 1,
                columns=columns,
                headings=tuple(h.words for h in heads[left:right]),
                left=left,
                right=right,
                top=top,
                notes=notes,
                unit=note,
            )


def _spans(heads: Sequence[Head]) -> list[tuple[int, int]]:
    """Where equal headings stand twice or three times side by side; else the whole width."""
    keys = [heading_key(h.words) for h in heads]
    named = [place for place, key in enumerate(keys) if key]
    words = [keys[p] for p in named]
    for times in (2, 3):
        size = len(words) // times
        if size >= 2 and len(words) == size * times and words == words[:size] * times:
            starts = [named[n * size] for n in range(times)]
            return list(zip(starts, [*starts[1:], len(heads)], strict=True))
    return [(0, len(heads))]
