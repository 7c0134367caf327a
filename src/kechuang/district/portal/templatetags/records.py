"""Filters about records of registers."""

from typing import Any

from django import template

from kechuang.district.core.registers import REGISTERS
from kechuang.district.portal.registers.cells import label, said

register = template.Library()


@register.filter
def changes(entry: Any) -> list[tuple[str, str, str]]:
    """(field, what it was, what it became) of an entry of a register's record."""
    declared = REGISTERS.get(entry.subject_kind)
    kept = entry.facts.get("values", {}) if declared else {}
    columns = declared.columns if declared else ()
    return [
        (label(declared, c), said(c, kept[c.field][0]), said(c, kept[c.field][1]))
        for c in columns
        if declared and c.field in kept
    ]
