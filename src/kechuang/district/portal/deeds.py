"""What a person may add, as links: the creating steps of the registers and the sheets."""

from django.urls import reverse
from django.utils.translation import gettext

from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.imports import KINDS
from kechuang.district.core.registers import REGISTERS

from .registers.lists import creating


def deeds_for(actor: Actor) -> list[tuple[str, str]]:
    """(address, words) of everything that this person may begin: where, and what."""
    if actor.id <= 0:
        return []
    made = [
        (reverse(f"{r.slug}-new", args=[s.name]), f"{gettext(r.title)} · {gettext(s.label)}")
        for r in REGISTERS.values()
        for s in creating(r, actor)
    ]
    layouts = current_book().layouts
    sheets = [
        (reverse("import-new", args=[name]), f"{gettext('导入')} · {gettext(layouts[name].title)}")
        for name, kind in KINDS.items()
        if name in layouts and kind.permission(actor)
    ]
    return [*made, *sheets]
