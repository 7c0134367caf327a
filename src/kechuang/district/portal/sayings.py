"""Sentences in the page's language.

Where they arise they are codes with facts; here they are said.
"""

from typing import Any

from django.utils.translation import get_language, gettext

from kechuang.engines.base.errors import DomainError
from kechuang.engines.base.money import say_fen
from kechuang.engines.base.sayings import SOURCE, Said, recalled, sentence


def english() -> bool:
    """Whether the page is in English."""
    return (get_language() or "").startswith("en")


def say(words: object) -> str:
    """A refusal, a reason or a note in the page's language; a plain text stays as it is.

    Args:
        words: A sentence, an error, or either as it was stored.
    """
    found = words.words if isinstance(words, DomainError) else words
    said = found if isinstance(found, Said) else recalled(found)
    if not isinstance(said, Said):
        return gettext(said) if said else ""
    if not english():
        return str(said)
    return sentence(said.code, said.facts, "en", gettext) if said.code != "nothing" else ""


def titled(thing: Any) -> str:
    """title or title_en (name or name_en), by language."""
    for name in ("title", "name"):
        if hasattr(thing, name):
            other = getattr(thing, f"{name}_en", "")
            return str(other if english() and other else getattr(thing, name))
    return str(thing)


def money(fen: int | None) -> str:
    """Fen in words: 120万元."""
    return say_fen(fen, "en" if english() else SOURCE)
