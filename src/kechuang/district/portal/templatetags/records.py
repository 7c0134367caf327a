"""Filters about records of registers."""

from typing import Any

from django import template
from django.template import Context
from django.utils.translation import gettext

from kechuang.district.core.registers import REGISTERS
from kechuang.district.portal.deeds import deeds_for
from kechuang.district.portal.registers.cells import label, said

register = template.Library()


@register.filter
def changes(entry: Any) -> list[tuple[str, str, str]]:
    """(field, what it was, what it became) of an entry of a register's record."""
    declared = REGISTERS.get(entry.subject_kind)
    kept = entry.facts.get("values", {}) if declared else {}
    if declared is None:
        return []
    fields = [
        (label(declared, c), said(c, kept[c.field][0]), said(c, kept[c.field][1]))
        for c in declared.columns
        if c.field in kept
    ]
    files = [
        (gettext(title), str(kept[n][0] or ""), str(kept[n][1] or ""))
        for n, title in declared.files.items()
        if n in kept
    ]
    return [*fields, *files]


@register.simple_tag(takes_context=True)
def deeds(context: Context) -> list[tuple[str, str]]:
    """(address, words) of what the person asking may begin."""
    actor = context.get("actor")
    return deeds_for(actor) if actor else []
