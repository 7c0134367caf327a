"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from kechuang.district.accounts.queries import inbox
from kechuang.district.accounts.roles import ROLES
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book, trouble

from .held import held_for
from .menu import menu_for, open_registers, public_menu


def house(request: HttpRequest) -> dict[str, Any]:
    """Book, actor, menu, languages, unread letters."""
    actor: Actor | None = getattr(request, "actor", None)
    path = request.get_full_path()
    return {
        "book": current_book(),
        "actor": actor,
        "menu": menu_for(actor) if actor and actor.id else [],
        "public_menu": public_menu(),
        "open_registers": open_registers(),
        "languages": [
            (code, label, translate_url(path, code)) for code, label in settings.LANGUAGES
        ],
        "language": get_language(),
        "unread": SimpleLazyObject(lambda: _unread(actor)),  # a page that knows it need not ask
        "role_labels": [ROLES[r].label for r in ROLES if actor and r in actor.roles],
        "demo": settings.KECHUANG_DEMO,
        "law_trouble": trouble(),
        "held": _held(request, actor),
    }


def _unread(actor: Actor | None) -> int:
    return inbox(actor).filter(read_at=None).count() if actor and actor.id else 0


def _held(request: HttpRequest, actor: Actor | None) -> list[tuple[str, list[str]]]:
    """What this person sent from this page when the session was over: name → texts."""
    found = held_for(request, actor.id) if actor and hasattr(request, "session") else None
    if request.method == "POST":
        return []
    return [(name, found.getlist(name)) for name in found if name != "key"] if found else []
