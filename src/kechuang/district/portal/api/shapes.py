"""What a register's records and steps look like in JSON: made from the layout, once a start."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import BaseModel, ConfigDict, create_model

from kechuang.book.cells import read_cell, write_cell
from kechuang.book.sheets import Column
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book, shipped_book
from kechuang.district.core.registers import ALL, Register
from kechuang.district.core.workflow import Step
from kechuang.engines.base.errors import Invalid, InvalidForm

_Whole = Annotated[int, Field(ge=-(10**15), le=10**15)]
_Words = Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=200)]
_TYPES: Mapping[str, Any] = {
    "fen": _Whole,
    "number": _Whole,
    "trl": Annotated[int, Field(ge=1, le=9)],
    "day": date,
    "words": _Words,
    "patents": _Words,
    "modes": _Words,
}
_TEXT = Annotated[str, Field(max_length=20_000)]


class Party(Schema):
    """A record that a field names."""

    id: int
    code: str
    name: str


class StepOut(Schema):
    """A step that you may take now. ``asks``: its fields; ``needs_why``: whether it wants a reason."""

    name: str
    label: str
    asks: list[str]
    needs_why: bool


class Record(Schema):
    """What every record has. ``hidden``: fields that are not yours to know; they read null."""

    id: int
    reference: str | None
    state: str
    version: int
    sample: bool
    hidden: list[str]


def columns_of(register: Register[Any]) -> tuple[Column, ...]:
    """The fields of a register as the shipped book lays them out; what a law changed since shows
    after the next start.
    """
    layout = shipped_book().layouts.get(register.layout) or register.own_layout
    return register.columns_in(layout) if layout else ()


def record_of(register: Register[Any]) -> type[Record]:
    """The shape of one record: amounts in fen, days as ISO, parties with code and name."""
    fields: dict[str, Any] = {
        c.field: ((Party if c.field in register.refers else _out(c)) | None, None)
        for c in columns_of(register)
    }
    return create_model(_name(register), __base__=Record, **fields)


def page_of(register: Register[Any], record: type[Record]) -> type[Schema]:
    """The shape of a part of the list."""
    fields: dict[str, Any] = {"count": (int, ...), "items": (list[record], ...)}  # type: ignore[valid-type]
    return create_model(f"{_name(register)}Page", __base__=Schema, **fields)


def one_of(register: Register[Any], record: type[Record]) -> type[Record]:
    """The shape of a record on its own: with the steps that are open."""
    fields: dict[str, Any] = {"steps": (list[StepOut], ...)}
    return create_model(f"{_name(register)}Whole", __base__=record, **fields)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


def body_of(register: Register[Any], step: Step[Any]) -> type[BaseModel]:
    """What a step takes. A field left out stays as it is; null empties it. ``sure``: asked whether
    it is meant so, one stands by it.
    """
    values: dict[str, Any] = {
        c.field: (_in(register, c) | None, None)
        for c in columns_of(register)
        if step.asks == ALL or c.field in step.asks
    }
    name = f"{_name(register)}{_camel(step.name)}"
    fields: dict[str, Any] = {"why": (Annotated[str, Field(max_length=2_000)], "")}
    if values:
        fields["values"] = (create_model(f"{name}Values", __base__=_Strict, **values), ...)
    if register.questions and step.asks:
        fields["sure"] = (bool, False)
    version = Annotated[int, Field(ge=0, le=2**31 - 1)]
    if not step.creates:
        fields["version"] = (version, ...) if step.versioned else (version | None, None)
    return create_model(name, __base__=_Strict, **fields)


def shown(register: Register[Any], thing: Any, actor: Actor) -> dict[str, Any]:
    """A record as JSON for this person."""
    hidden = register.hides(actor, thing)
    made: dict[str, Any] = {
        "id": thing.pk,
        "reference": getattr(thing, "reference", None),
        "state": thing.state,
        "version": thing.version,
        "sample": bool(getattr(thing, "sample", False)),
        "hidden": sorted(hidden),
    }
    for column in columns_of(register):
        value = None if column.field in hidden else getattr(thing, column.field, None)
        if value is not None and (refers := register.refers.get(column.field)):
            value = Party(id=value.pk, code=refers.written(value), name=str(value))
        made[column.field] = value
    return made


def steps_of(register: Register[Any], thing: Any, actor: Actor) -> list[StepOut]:
    """The steps that are open to this person."""
    found = register.flow.open_steps(thing, actor) if actor.id > 0 else []
    return [
        StepOut(
            name=s.name,
            label=s.label,
            asks=[c.field for c in register.asked(s)] if s.asks else [],
            needs_why=s.needs_why,
        )
        for s in found
    ]


def taken_in(register: Register[Any], given: BaseModel | None) -> dict[str, Any]:
    """What was given, read by the same cells as a sheet and a form.

    Raises:
        InvalidForm: Every field that cannot be accepted.
    """
    values: dict[str, Any] = {}
    typed = given.model_dump(exclude_unset=True) if given else {}
    gone = sorted(set(typed) - {c.field for c in register.columns})
    errors = [Invalid("api.field_gone", name, name=name) for name in gone]
    for column in (c for c in register.columns if c.field in typed):
        plain = replace(column, required=False)  # what is required is asked of the whole record
        try:
            value = read_cell(plain, _cell(plain, typed[column.field]), current_book())
        except Invalid as e:
            errors.append(e)
            continue
        values[column.field] = _BLANK.get(column.kind) if value is None else value
    if errors:
        raise InvalidForm(errors)
    return values


def _cell(column: Column, value: object) -> object:
    return "、".join(value) if isinstance(value, list) else write_cell(column, value)


_BLANK = {"text": "", "long": "", "area": "", "choice": ""}


def _in(register: Register[Any], column: Column) -> Any:
    return _TEXT if column.field in register.refers else _TYPES.get(column.kind, _TEXT)


def _out(column: Column) -> Any:
    listed = column.kind in ("words", "patents", "modes")
    return (
        list[str]
        if listed
        else {"fen": int, "number": int, "trl": int, "day": date}.get(column.kind, str)
    )


def _name(register: Register[Any]) -> str:
    return _camel(register.slug)


def _camel(name: str) -> str:
    return "".join(part.title() for part in name.replace("-", "_").split("_"))
