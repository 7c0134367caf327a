"""Sentences for people.

Engines and rooms say a code with facts; the sentences stand in one catalogue a language.

The catalogues are gettext's: ``kechuang/locale/<language>/LC_MESSAGES/refusals.po``, msgid a
code, msgstr a sentence
with the names of its facts in braces. ``kechuang manage words`` compiles them.
"""

import gettext
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

LOCALE = Path(__file__).resolve().parents[2] / "locale"
SOURCE = "zh_Hans"
_JOINT = {"zh_Hans": "、", "en": ", "}
_STORED = '{"code": '
Translate = Callable[[str], str]


@lru_cache(maxsize=4)
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("refusals", LOCALE, [language])


class Said(str):
    """A sentence that knows its code and facts: as text it is Chinese, and it can be said in
    other languages.

    >>> Said("day.in_future", label="签订日期").code
    'day.in_future'
    """

    code: str
    facts: Mapping[str, Any]

    def __new__(cls, code: str, /, **facts: Any) -> Self:
        made = super().__new__(cls, sentence(code, facts, SOURCE))
        made.code, made.facts = code, facts
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.code,), dict(self.facts)

    def stored(self) -> dict[str, Any]:
        """As JSON: code and facts, so that it can be said again in any language."""
        return {"code": self.code, "facts": {k: plain(v) for k, v in self.facts.items()}}

    def as_text(self) -> str:
        """As one text for a column that holds text."""
        return json.dumps(self.stored(), ensure_ascii=False)


def sentence(
    code: str, facts: Mapping[str, Any], language: str, translate: Translate | None = None
) -> str:
    """What a code says in a language.

    Args:
        translate: How facts that are words of the house themselves (labels, states) are said in
            that language.
    """
    template = _catalogue(language).gettext(code)
    if template == code:
        return code
    words = {k: _worded(v, language, translate) for k, v in facts.items()}
    return template.format_map(_Facts(words))


def in_language(words: str, language: str) -> str:
    """A sentence said in a language; a plain text stays what it is."""
    return sentence(words.code, words.facts, language) if isinstance(words, Said) else words


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _worded(value: Any, language: str, translate: Translate | None) -> str:
    if isinstance(value, Said):
        return sentence(value.code, value.facts, language, translate)
    if isinstance(value, Mapping) and "code" in value:
        return sentence(value["code"], value.get("facts", {}), language, translate)
    if isinstance(value, (list, tuple)):
        return _JOINT[language].join(_worded(v, language, translate) for v in value)
    return translate(value) if translate and isinstance(value, str) and value else str(value)


def plain(value: Any) -> Any:
    """A fact as JSON holds it."""
    if isinstance(value, Said):
        return value.stored()
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value if isinstance(value, (int, float, bool)) or value is None else str(value)


def recalled(stored: object) -> str:
    """A sentence from how it was stored (`stored` or `as_text`); a plain text stays what it is."""
    if isinstance(stored, str):
        if not stored.startswith(_STORED):
            return stored
        try:
            return recalled(json.loads(stored))
        except ValueError:
            return stored  # what a person typed may begin like one of ours
    if not isinstance(stored, Mapping):
        return str(stored)
    facts = {k: recalled(v) if isinstance(v, Mapping) else v for k, v in stored["facts"].items()}
    return Said(stored["code"], **facts)


NOTHING = Said("nothing")
