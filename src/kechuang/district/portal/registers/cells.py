"""How a field of a register is shown: one way for list, page and export."""

import re
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from kechuang.book.sheets import Column
from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import Register, written
from kechuang.district.portal.sayings import money
from kechuang.engines.base.amounts import plain_figure
from kechuang.engines.matching.parties import MODES
from kechuang.engines.planning import kept

_UNIT = re.compile(r"\s*[（(][^（）()]*[)）]$")
NUMBERS = ("fen", "number", "figure", "day", "trl")


def shown(register: Register[Any], thing: Any, column: Column, actor: Actor) -> str:
    """A field's value as a person reads it; "" when there is none or it is not theirs to know."""
    if column.field in register.hides(actor, thing):
        return gettext("（不公开）")
    return said(column, getattr(thing, column.field))


def said(column: Column, value: Any) -> str:
    """A value of a field as a person reads it; "" for none."""
    if value is None or value in ("", []):
        return ""
    if column.kind == "fen":
        return money(value)
    if column.kind == "figure":
        found = kept(value)
        return str(value) if found is None else plain_figure(found)
    if column.kind == "choice":
        return gettext(column.choices.get(str(value), str(value)))
    if column.kind == "modes":
        return "、".join(gettext(MODES[m]) for m in MODES if m in value)
    if column.kind == "trl":
        return f"TRL {value}"
    if isinstance(value, (list, tuple)):
        return "、".join(str(v) for v in value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def label(register: Register[Any], column: Column) -> str:
    """What a field is called where it is read: a party by its name, an amount without the unit of
    the sheet.
    """
    refers = register.refers.get(column.field)
    if refers and refers.title:
        return gettext(refers.title)
    text = gettext(column.heading)
    return _UNIT.sub("", text) if column.kind == "fen" else text


def facts_of(register: Register[Any], thing: Any, actor: Actor) -> list[tuple[str, Column, str]]:
    """(label, field, value) of every field of a record, in the layout's order."""
    return [(label(register, c), c, shown(register, thing, c, actor)) for c in register.columns]


def files_of(register: Register[Any], thing: Any) -> list[tuple[str, str, str]]:
    """(label, the file's name, its address) of every file that a record holds."""
    return [
        (
            gettext(label),
            getattr(thing, f"{name}_name"),
            reverse(f"{register.slug}-file", args=[thing.pk, name]),
        )
        for name, label in register.files.items()
        if getattr(thing, name)
    ]


def row_of(register: Register[Any], thing: Any, actor: Actor) -> dict[str, Any]:
    """A record as a row of its sheet: what is not the person's to know is left blank."""
    hidden = register.hides(actor, thing)
    return {n: None if n in hidden else v for n, v in written(register, thing).items()}
