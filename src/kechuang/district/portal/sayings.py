"""Refusals in the page's language. They are written in Chinese where they arise; here they are found again and said in English."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language, gettext

SOURCE = Path(__file__).resolve().parents[2]
_HAN = re.compile(r"[\u3400-\u9fff]")
_AT = {
    "Invalid": 0, "NotAllowed": 0, "NotFound": 0, "WrongState": 0, "Stale": 0, "DomainError": 0, "no": 0, "append": 0,
    "complain": 2, "Standing": 1, "Lonely": 1, "Forecast": 4, "Path": 3, "Measure": 1, "Plans": 1, "CannotSay": 0,
}  # fmt: skip
_NAMED = frozenset(("why", "how"))  # words that an engine gives as a reason


def templates() -> Iterator[str]:
    """Every refusal that the code can say, once, with {} where a value stands."""
    seen: set[str] = set()
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" in path.parts or "cli" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node) in _AT:
                for part in _said(node):
                    text = _template(part)
                    if text and _HAN.search(text) and text not in seen:
                        seen.add(text)
                        yield text


def _said(call: ast.Call) -> list[ast.expr]:
    """The arguments of a call that a person will read."""
    at = _AT.get(_name(call))
    placed = call.args[at : at + 1] if at is not None else []
    found = [*placed, *(k.value for k in call.keywords if k.arg in _NAMED)]
    return [branch for part in found for branch in _branches(part)]


def _branches(node: ast.expr) -> list[ast.expr]:
    """Both sides of a choice between sentences."""
    if isinstance(node, ast.IfExp):
        return [*_branches(node.body), *_branches(node.orelse)]
    return [node]


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _template(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _template(node.left) + _template(node.right)
    return ""


@lru_cache(maxsize=1)
def english() -> tuple[tuple[re.Pattern[str], str], ...]:
    """(pattern of the Chinese sentence, English sentence with {0} {1} …), the longest first."""
    path = Path(settings.LOCALE_PATHS[0]) / "en" / "refusals.tsv"
    pairs = [
        line.replace("\\n", "\n").split("\t")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "\t" in line
    ]
    made = []
    for chinese, words in sorted(pairs, key=lambda p: -len(p[0])):
        made.append((re.compile(pattern_of(chinese), re.DOTALL), words))
    return tuple(made)


def pattern_of(template: str) -> str:
    """What a refusal made from a template looks like."""
    return f"^{'(.*?)'.join(re.escape(part) for part in template.split('{}'))}$"


def say(text: object) -> str:
    """A refusal in the page's language; a sentence nobody has translated stays as it is."""
    plain = str(text)
    if not (get_language() or "").startswith("en") or not _HAN.search(plain):
        return plain
    return "; ".join(_one(part) for part in plain.split("；"))


def _one(plain: str) -> str:
    if (known := gettext(plain)) != plain:
        return known
    for pattern, words in english():
        if found := pattern.match(plain):
            return _filled(words, found.groups())
    return plain


def _filled(words: str, values: tuple[str, ...]) -> str:
    for n, value in enumerate(values):
        words = words.replace(f"{{{n}}}", gettext(value) if value else "")
    return words
