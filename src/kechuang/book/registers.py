"""Reading the registers that a book declares."""

from pathlib import Path

from pydantic import ValidationError

from .desk import Desk
from .lines import Lined
from .shapes import RegisterField, RegisterFile
from .sheets import BookRegister, Column, Layout

_READ_AS = {"organisation": "credit_code"}


def read_register(at: Lined, desk: Desk) -> BookRegister | None:
    """One register, or None when its file is not right (which the check of its shape has said)."""
    try:
        given = RegisterFile.model_validate(at)
    except ValidationError:
        return None
    names = [f.field for f in given.fields]
    for key in ("key", "columns", "filters"):
        for name in getattr(given, key):
            if name not in names:
                desk.complain(at, key, f"{key} 里的“{name}”不是 fields 里的一栏")
    for key in ("name", "counts_on"):
        if getattr(given, key) and getattr(given, key) not in names:
            desk.complain(at, key, f"{key} 应是 fields 里的一栏")
    for found in given.fields:
        if (found.kind == "organisation") != (found.field == "holder"):
            desk.complain(
                at, "fields", "单位一栏的 field 写 holder，kind 写 organisation，至多一栏"
            )
    if given.life == "pipeline" and len(given.stages) < 2:
        desk.complain(at, "stages", "pipeline 至少要有两个 stages")
    if len(set(names)) < len(names):
        desk.complain(at, "fields", "fields 里有同名的栏，请改名")
    return BookRegister(
        id=given.id,
        title=given.title,
        title_en=given.title_en,
        life=given.life,
        name=given.name,
        columns=tuple(_column(f) for f in given.fields),
        key=tuple(given.key),
        listed=tuple(given.columns),
        filters=tuple(given.filters),
        stages=given.stages,
        sees=given.sees,
        writes=tuple(given.writes),
        counts_for=given.counts_for,
        counts_on=given.counts_on,
        english={f.heading: f.heading_en for f in given.fields} | {given.title: given.title_en},
    )


def _column(given: RegisterField) -> Column:
    kind = _READ_AS.get(given.kind, given.kind)
    return Column(
        given.field,
        given.heading,
        kind,
        tuple(given.aliases),
        given.required,
        given.unit,
        given.choices,
        given.width,
        given.longest,
    )


def layout_of(given: BookRegister) -> Layout:
    """The sheet of a declared register."""
    return Layout(given.id, given.title, given.key, given.columns)


def register_files(folder: Path) -> list[Path]:
    """The files that declare registers in a book's folder."""
    return sorted((folder / "registers").glob("*.yaml"))
