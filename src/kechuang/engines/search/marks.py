"""The sentence of a text that answers a question, with what was found marked."""

import re
import unicodedata
from collections.abc import Iterable

from kechuang.engines.text import to_simplified

from .query import Asked
from .tokens import number, runs_with_numbers

_ENDS = re.compile(r"(?<=[。！？；;!?\n])")
_LONG = 90  # letters of a sentence that are shown
Part = tuple[str, bool]


def _letters(text: str) -> str:
    """Comparable letter by letter, so that places stay the same."""
    simple = to_simplified(text)
    if len(simple) != len(text):
        simple = text
    return "".join(_letter(c) for c in simple)


def _letter(c: str) -> str:
    made = unicodedata.normalize("NFKC", c).lower()
    return made if len(made) == 1 else c


def terms(asked: Asked) -> tuple[str, ...]:
    """What is marked: names as typed, their other names, phrases, single words."""
    names = [n for u in asked.units for n in u.names]
    return tuple(
        sorted(
            {*names, *asked.phrases, *(w for w in asked.words if len(w) > 1)}, key=len, reverse=True
        )
    )


def _spans(text: str, asked: Asked) -> list[tuple[int, int]]:
    plain = _letters(text)
    found: list[tuple[int, int]] = []
    for term in terms(asked):
        pattern = re.escape(term).replace(r"\ ", r"\s+")
        if term.isascii():
            pattern = rf"(?<![a-z0-9]){pattern}s?(?![a-z0-9])"
        found += [hit.span() for hit in re.finditer(pattern, plain) if hit.end() > hit.start()]
    wanted = {n for u in asked.units for n in u.numbers}
    if wanted:
        for first, last, parts in runs_with_numbers(plain):
            if wanted & {number(parts), number(parts)[:-1]}:
                found.append((first, last))
    return _joined(found)


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def marked(text: str, asked: Asked) -> list[Part]:
    """The text in parts, each with whether it was found."""
    parts: list[Part] = []
    at = 0
    for first, last in _spans(text, asked):
        if first > at:
            parts.append((text[at:first], False))
        parts.append((text[first:last], True))
        at = last
    if at < len(text):
        parts.append((text[at:], False))
    return parts


def best_sentence(text: str, asked: Asked) -> list[Part]:
    """The sentence with the most of what was asked, cut to its place when it is long; [] when
    nothing stands in the text.
    """
    best: tuple[int, int, str, list[tuple[int, int]]] | None = None
    for place, sentence in enumerate(_ENDS.split(text[:20_000])):
        spans = _spans(sentence, asked)
        covered = len({sentence[a:b].lower() for a, b in spans})
        if spans and (best is None or covered > best[0]):
            best = (covered, place, sentence.strip(), spans)
    if best is None:
        return []
    sentence = best[2]
    first = _spans(sentence, asked)[0][0]
    if len(sentence) > _LONG:
        start = max(0, min(first - _LONG // 3, len(sentence) - _LONG))
        head, tail = "…" if start else "", "…" if start + _LONG < len(sentence) else ""
        sentence = head + sentence[start : start + _LONG] + tail
    return marked(sentence, asked)
