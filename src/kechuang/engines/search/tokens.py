"""What an index keeps of a text: words, pairs of characters in order, and numbers in one spelling."""

import re
from collections.abc import Iterable

from kechuang.engines.text import comparable, cut

RUNS = re.compile(r"[㐀-鿿]+|[a-z0-9]+")
_CODE = re.compile(  # letters, then parts that have a digit each: cg-000120, zl 2020 1 0123456.7
    r"(?<![a-z0-9])(?:[a-z]{1,6}[ \-_./]{0,2})?\d[a-z0-9]*"
    r"(?:[ \-_./]{1,2}(?:[a-z]{0,3}\d[a-z0-9]*|x(?![a-z0-9])))*"
)
_ZEROS = re.compile(r"^([a-z]+)0+(?=\d)")
_PATENT = re.compile(r"^(?:zl|cn)(?=\d{5})")
_MOST_PARTS = 8  # tokens that one number is written in


def is_chinese(run: str) -> bool:
    """Whether a run of ``RUNS`` is of characters."""
    return run[0] >= "㐀"


def folded(word: str) -> str:
    """A Latin word without the s of its plural, anything else as it is.

    >>> folded("batteries"), folded("vehicles"), folded("gas"), folded("电池")
    ('battery', 'vehicle', 'gas', '电池')
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha() or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word if word.endswith(("ss", "us", "is")) else word[:-1]


def words(text: str) -> list[str]:
    """The words that tell of a text, as ``engines.text.cut`` finds them, Latin ones folded."""
    return [folded(w) for w in cut(text)]


def pairs(text: str) -> list[str]:
    """Each two neighbouring characters, and each Latin word whole, in order.

    >>> pairs("动力电池 AI")
    ['动力', '力电', '电池', 'ai']
    """
    found: list[str] = []
    for run in RUNS.findall(comparable(text)):
        if not is_chinese(run):
            found.append(folded(run))
        elif len(run) == 1:
            found.append(run)
        else:
            found += [run[n : n + 2] for n in range(len(run) - 1)]
    return found


def characters(text: str) -> set[str]:
    """The characters of a text, for who looks for one."""
    return {c for run in RUNS.findall(comparable(text)) if is_chinese(run) for c in run}


def number(parts: Iterable[str]) -> str:
    """The one spelling of a number that is written in parts: no separators, no zeros after the
    letters, no ZL or CN before a patent's digits.

    >>> number(["cg", "000120"]), number(["zl", "2020", "1", "0123456", "7"])
    ('cg120', '2020101234567')
    """
    joined = _PATENT.sub("", "".join(parts))
    return _ZEROS.sub(r"\1", joined)


def runs_with_numbers(plain: str) -> list[tuple[int, int, list[str]]]:
    """(first, last, parts) of each stretch of a comparable text that may be one number."""
    found = []
    for hit in _CODE.finditer(plain):
        parts = re.findall(r"[a-z]+|\d[a-z0-9]*", hit[0])
        found.append((hit.start(), hit.end(), parts))
    return found


def numbers(text: str) -> set[str]:
    """Every spelling under which a number of the text is found: as a whole, from each of its
    parts on, and a patent's without its check character.
    """
    found: set[str] = set()
    for _, _, parts in runs_with_numbers(comparable(text)):
        for first in range(min(len(parts), 4)):
            whole = number(parts[first : first + _MOST_PARTS])
            found |= {whole, number(parts[first : first + 2]), number(parts[first : first + 1])}
            found.add(whole.lstrip("0"))
            found |= {p.lstrip("0") for p in parts[first : first + 1] if p.isdigit()}
            if re.fullmatch(r"\d{8}[\dx]|\d{12}[\dx]", whole):
                found.add(whole[:-1])
    return {n for n in found if any(c.isdigit() for c in n) and len(n) <= 60}
