"""Reading the registers that a book declares."""

from pathlib import Path

from kechuang.engines.base.sayings import Said

from .desk import Desk, unique
from .files import read_files
from .sheet_shapes import RegisterField, RegisterFile
from .sheets import BookRegister, Column, Layout

_READ_AS = {"organisation": "credit_code"}


def read_registers(folder: Path, desk: Desk) -> dict[str, BookRegister]:
    """The registers that a book's folder declares, by id."""
    files = read_files(folder / "registers", RegisterFile, desk)
    return {given.id: _register(given, desk) for given in files.values()}


def _register(given: RegisterFile, desk: Desk) -> BookRegister:
    if "fields" not in given.at.lost:
        _check_names(given, desk)
    for field in given.fields:
        if (field.kind == "organisation") != (field.field == "holder"):
            desk.complain(field.at, "field", Said("book.holder"))
    if given.life == "pipeline" and len(given.stages) < 2 and "stages" not in given.at.lost:
        desk.complain(given.at, "stages", Said("book.stages"))
    return BookRegister(
        id=given.id,
        title=given.title,
        title_en=given.title_en,
        life=given.life,
        name=given.name,
        columns=tuple(_column(f) for f in given.fields),
        key=given.key,
        listed=given.columns,
        filters=given.filters,
        stages=given.stages,
        sees=given.sees,
        writes=given.writes,
        counts_for=given.counts_for,
        counts_on=given.counts_on,
        english={f.heading: f.heading_en for f in given.fields} | {given.title: given.title_en},
    )


def _check_names(given: RegisterFile, desk: Desk) -> None:
    """Every field that the register speaks of is one of its own, and none stands twice."""
    names = [f.field for f in given.fields]
    spoken = {
        "key": given.key,
        "columns": given.columns,
        "filters": given.filters,
        "name": (given.name,),
        "counts_on": (given.counts_on,) if given.counts_on else (),
    }
    for key, found in spoken.items():
        for name in found:
            if name not in names:
                desk.complain(given.at, key, Said("book.not_among_fields", key=key, name=name))
    unique(desk, given.fields, "field")


def _column(given: RegisterField) -> Column:
    kind = _READ_AS.get(given.kind, given.kind)
    return Column(
        given.field,
        given.heading,
        kind,
        given.aliases,
        given.required,
        given.unit,
        given.choices,
        given.width,
        given.longest,
    )


def layout_of(given: BookRegister) -> Layout:
    """The sheet of a declared register."""
    return Layout(given.id, given.title, given.key, given.columns)
