"""Sentences in the page's language.

Where they arise they are codes with facts; here they are said.
"""

from django.utils.translation import get_language, gettext

from kechuang.engines.base.errors import DomainError
from kechuang.engines.base.sayings import Said, recalled, sentence


def say(words: object) -> str:
    """A refusal, a reason or a note in the page's language; a plain text stays as it is.

    Args:
        words: A sentence, an error, or either as it was stored.
    """
    found = words.words if isinstance(words, DomainError) else words
    said = found if isinstance(found, Said) else recalled(found)
    if not isinstance(said, Said):
        return gettext(said) if said else ""
    if not (get_language() or "").startswith("en"):
        return str(said)
    return sentence(said.code, said.facts, "en", gettext) if said.code != "nothing" else ""
