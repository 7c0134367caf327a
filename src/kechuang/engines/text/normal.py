"""One way of writing: half width, simplified characters, lower case, single spaces."""

import re
import unicodedata
from functools import cache

from opencc import OpenCC

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028\u2029\ufeff]")
_SPACE = re.compile(r"\s+")


@cache
def _converter(config: str) -> OpenCC:
    return OpenCC(config)


def to_simplified(text: str) -> str:
    """Traditional characters become simplified ones (opencc t2s)."""
    return str(_converter("t2s").convert(text))


def to_traditional(text: str) -> str:
    """Simplified characters become traditional ones as written in Taiwan, with its phrases left
    alone.
    """
    return str(_converter("s2t").convert(text))


def _is_plain(text: str) -> bool:
    """Whether a text has neither control characters nor blanks other than single spaces (the only
    printable blank), as most have.
    """
    return text.isprintable() and "  " not in text


def normalise(text: str) -> str:
    """For storing and showing: no control characters, single spaces, NFC. Meaning and width stay."""
    if _is_plain(text) and unicodedata.is_normalized("NFC", text):
        return text.strip()
    return _SPACE.sub(" ", unicodedata.normalize("NFC", _CONTROL.sub("", text))).strip()


def without_controls(text: str) -> str:
    """Text of several lines without characters that no document can hold; line breaks stay."""
    lines = text.replace("\r\n", "\n").replace("\v", "\n").replace("\f", "\n").split("\n")
    return "\n".join(_CONTROL.sub("", unicodedata.normalize("NFC", line)) for line in lines)


_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("～"): "~", ord("–"): "-"}


def aligned(text: str) -> str:
    """Half width, small and simplified, character for character: a place in it is the same place in
    the text.

    >>> aligned("Ａ型電機，20～30")
    'a型电机,20~30'
    """
    half = "".join(c.lower() if len(c.lower()) == 1 else c for c in text.translate(_HALF))
    simple = to_simplified(half)
    return simple if len(simple) == len(half) else half


def comparable(text: str) -> str:
    """For searching and comparing: half width, simplified, lower case.

    >>> comparable("ＡＢＣ　鋰電池")
    'abc 锂电池'
    """
    without = text if text.isprintable() else _CONTROL.sub("", text)
    simple = to_simplified(unicodedata.normalize("NFKC", without)).lower()
    return (simple if _is_plain(simple) else _SPACE.sub(" ", simple)).strip()
