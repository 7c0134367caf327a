"""Forms: labels with what was filled in beside or below them, one record a form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .headings import Head, Mapped, Vocabulary, words_of
from .parts import Part
from .units import unit_in_note


@dataclass
class _Form:
    top: int
    columns: list[Mapped] = field(default_factory=list)
    cells: list[tuple[int, int, object]] = field(default_factory=list)
    label: str = ""


def find_forms(
    number: int, name: str, rows: Sequence[Sequence[object]], names: Vocabulary
) -> list[Part]:
    """The forms of a page, each as a part of one row; a form begins anew with its first label."""
    forms: list[_Form] = []
    for line, place, label in _labels(rows, names):
        value = _beside(rows, line, place, names)
        found = names.columns([Head(label)])
        mapped = next(iter(found.values()))
        if not forms or (label == forms[-1].label and len(forms[-1].columns) > 1):
            forms.append(_Form(line, label=label))
        if value is None or mapped.field in {m.field for m in forms[-1].columns}:
            continue
        forms[-1].columns.append(mapped)
        forms[-1].cells.append(value)
    notes = tuple(
        " ".join(dict.fromkeys(w for w in words_of(row) if w))[:300]
        for row in rows[:3]
        if any(words_of(row))
    )
    unit = next((u for u in map(unit_in_note, notes) if u), "")
    return [
        Part(
            page=number,
            name=name,
            head=form.top + 1,
            columns=dict(enumerate(form.columns)),
            headings=tuple(m.heading for m in form.columns),
            right=len(form.columns),
            top=form.top,
            notes=notes[:1],
            unit=unit,
            form=tuple(form.cells),
        )
        for form in forms
        if form.columns
    ]


def _labels(rows: Sequence[Sequence[object]], names: Vocabulary) -> Iterator[tuple[int, int, str]]:
    """(line, place, words) of every label, each once however many places it is merged over."""
    above: list[str] = []
    for line, row in enumerate(rows):
        words = words_of(row)
        for place, text in enumerate(words):
            merged = (place and words[place - 1] == text) or (
                place < len(above) and above[place] == text
            )
            if text and not merged and names.match(text):
                yield line, place, text
        above = words


def _beside(
    rows: Sequence[Sequence[object]], line: int, place: int, names: Vocabulary
) -> tuple[int, int, object] | None:
    """(line from 1, place, value) to the right of a label, or below it where its row is all its
    own.
    """
    row = rows[line]
    label = words_of(row)[place]
    for at in range(place + 1, len(row)):
        cell = row[at]
        text = words_of([cell])[0]
        if not text or text == label:
            continue
        return None if names.match(text) else (line + 1, at, cell)
    if line + 1 < len(rows) and place < len(rows[line + 1]):
        cell = rows[line + 1][place]
        if words_of([cell])[0] not in ("", label) and not names.match(cell):
            return (line + 2, place, cell)
    return None
