"""The one form: fields from the book's layout, read by the same cells as a sheet, errors at the
field and on top.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

from kechuang.book.cells import read_cell, write_cell
from kechuang.book.sheets import Column
from kechuang.district.core.books import current_book
from kechuang.engines.base.errors import Invalid, InvalidForm
from kechuang.engines.matching.parties import MODES


@dataclass
class Field:
    """One field as the template shows it."""

    column: Column
    value: Any = ""
    error: str = ""
    proposals: Sequence[str] = ()
    later: bool = False  # a draft may lack it, what is submitted may not

    @property
    def name(self) -> str:
        return self.column.field

    @property
    def text(self) -> str:
        """What the field shows, as one text: to be compared with what it showed before."""
        return "、".join(self.value) if isinstance(self.value, list) else str(self.value)

    @property
    def choices(self) -> list[tuple[str, str]]:
        kind = self.column.kind
        if kind == "choice":
            return list(self.column.choices.items())
        if kind == "modes":
            return list(MODES.items())
        if kind == "trl":
            return [(str(n), f"TRL {n}") for n in range(1, 10)]
        if kind == "area":
            names = [name for name, _ in current_book().areas.values()]
            return [
                (n, n)
                for n in names + ([self.value] if self.value and self.value not in names else [])
            ]
        return []


@dataclass
class Form:
    """A form over columns of a layout.

    Args:
        layout: Its name in the book.
        names: Which fields, in order.
        draft: Nothing is required but what `required` names.
    """

    layout: str
    names: Sequence[str]
    initial: Mapping[str, Any] = field(default_factory=dict)
    data: QueryDict | None = None
    draft: bool = False
    required: Sequence[str] = ()
    organisations: Sequence[Any] = ()
    fields: list[Field] = field(default_factory=list)
    errors: list[Invalid] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        by_name = {c.field: c for c in current_book().layouts[self.layout].columns}
        for name in self.names:
            column = replace(by_name[name], required=self._is_required(by_name[name]))
            later = by_name[name].required and not column.required
            self.fields.append(Field(column, self._shown(column), later=later))
        if self.data is not None:
            self._read(self.data)

    def show(self, data: QueryDict) -> None:
        """Show what was typed once, without reading it."""
        for shown in self.fields:
            if shown.name in data or shown.column.kind == "modes":
                many = shown.column.kind == "modes"
                shown.value = data.getlist(shown.name) if many else data.get(shown.name, "")

    def replace(self, name: str, initial: Mapping[str, Any]) -> None:
        """Show another value in a field."""
        for shown in self.fields:
            if shown.name == name:
                shown.value = _text_of(shown.column, initial.get(name))

    def _is_required(self, column: Column) -> bool:
        return column.field in self.required or (column.required and not self.draft)

    def _shown(self, column: Column) -> Any:
        if self.data is not None:
            return (
                self.data.getlist(column.field)
                if column.kind == "modes"
                else self.data.get(column.field, "")
            )
        return _text_of(column, self.initial.get(column.field))

    def _read(self, data: QueryDict) -> None:
        for shown in self.fields:
            raw: Any = "、".join(shown.value) if shown.column.kind == "modes" else shown.value
            if shown.column.kind == "credit_code":
                raw = self._code_of(raw)
            try:
                value = read_cell(shown.column, raw, current_book())
                blank = "" if shown.column.kind in {"text", "long", "area", "choice"} else None
                self.values[shown.name] = blank if value is None else value
            except Invalid as e:
                self.add(e)

    def _code_of(self, typed: str) -> str:
        """The code of the one organisation that is called so; else what was typed."""
        named = {o.reference for o in self.organisations if o.name == typed.strip()}
        return str(named.pop()) if len(named) == 1 else typed

    def add(self, error: Invalid) -> None:
        """Put an error (or several) at its field."""
        for one in error.errors if isinstance(error, InvalidForm) else [error]:
            self.errors.append(one)
            for shown in self.fields:
                if shown.name == one.field and not shown.error:
                    shown.error, shown.proposals = one.words, one.proposals

    @property
    def ok(self) -> bool:
        return self.data is not None and not self.errors


def _text_of(column: Column, value: Any) -> Any:
    """A value as its field shows it."""
    if column.kind == "modes":
        return [MODES[m] for m in MODES if m in (value or [])]
    if column.kind in {"choice", "trl"}:
        return "" if value is None else str(value)
    cell = write_cell(column, value)
    return "" if cell is None else str(cell)


def texts_of(form: Form, initial: Mapping[str, Any]) -> dict[str, str]:
    """What each field of a form would show of some values, as texts."""
    shown = {f.name: _text_of(f.column, initial.get(f.name)) for f in form.fields}
    return {n: "、".join(v) if isinstance(v, list) else str(v) for n, v in shown.items()}
