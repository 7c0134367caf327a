"""Numbers that the state gives out, and their check characters."""

import re
import unicodedata
from dataclasses import dataclass

from .errors import Invalid

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
_VALUE = {c: i for i, c in enumerate(_ALPHABET)}
_LOOKALIKE = {"I": "1", "O": "0", "S": "5", "Z": "2", "V": "U"}
_PATENT_KINDS = {"1": "发明", "2": "实用新型", "3": "外观设计", "8": "发明", "9": "实用新型"}


def _compact(value: object) -> str:
    text = "".join(c for c in str(value) if unicodedata.category(c) not in ("Cf", "Cc"))
    return re.sub(r"[\s\-–—·]", "", unicodedata.normalize("NFKC", text)).upper()


def credit_check(body: str) -> str:
    """The check character of a 17-character body (GB 32100-2015, mod 31, weights 3^i)."""
    return _ALPHABET[-sum(_VALUE[c] * pow(3, i, 31) for i, c in enumerate(body)) % 31]


def parse_credit_code(value: object, field: str = "") -> str:
    """A unified social credit code: 18 characters, checked. Spaces and full width are understood.

    Raises:
        Invalid: Wrong length, an impossible character, or a wrong check character (with a
            proposal).
    """
    code = _compact(value)
    if len(code) != 18:
        raise Invalid("credit_code.length", field, count=len(code))
    strange = [c for c in code if c not in _VALUE]
    if strange:
        mended = "".join(_LOOKALIKE.get(c, c) for c in code)
        fits = all(c in _VALUE for c in mended) and credit_check(mended[:17]) == mended[17]
        raise Invalid(
            "credit_code.character",
            field,
            proposals=(mended,) if fits else (),
            character=strange[0],
        )
    if credit_check(code[:17]) != code[17]:
        raise Invalid("credit_code.check", field)
    return code


@dataclass(frozen=True)
class Patent:
    """A Chinese patent application number.

    ``number`` is canonical: digits, dot, check character.
    """

    number: str
    kind: str
    year: int


_CANONICAL = re.compile(r"\d{12}\.[\dX]|\d{8}\.[\dX]")


def patent_kind(number: str) -> str:
    """发明, 实用新型 or 外观设计 of a number as records keep it; one that is not is read anew.

    >>> patent_kind("201710601862.3"), patent_kind("ZL95115608.X")
    ('发明', '发明')
    """
    if _CANONICAL.fullmatch(number):
        return _PATENT_KINDS.get(number[4 if len(number) == 14 else 2], "")
    return parse_patent(number).kind


def patent_check(digits: str) -> str:
    """Check character: digits times 2…9, 2, 3, 4, 5, mod 11, ten is X (ZC 0006-2003)."""
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    rest = sum(int(d) * w for d, w in zip(digits, weights, strict=False)) % 11
    return "X" if rest == 10 else str(rest)


def parse_patent(value: object, field: str = "") -> Patent:
    """Read an application number: ZL201710601862.3, CN 2017106018623, 95115608.X.

    Raises:
        Invalid: Wrong length, impossible kind or year, or a wrong check character.
    """
    text = _compact(value).replace(".", "").removeprefix("ZL").removeprefix("CN")
    if re.fullmatch(r"\d{12}[\dX]", text):
        digits, year, kind = text[:12], int(text[:4]), text[4]
    elif re.fullmatch(r"\d{8}[\dX]", text):
        digits, year, kind = text[:8], 1900 + int(text[:2]), text[2]
    else:
        raise Invalid("patent.length", field, text=str(value)[:40])
    if kind not in _PATENT_KINDS or not 1985 <= year <= 2100:
        raise Invalid("patent.kind", field, text=text)
    if patent_check(digits) != text[-1]:
        raise Invalid("patent.check", field, digits=digits, check=text[-1])
    return Patent(f"{digits}.{text[-1]}", _PATENT_KINDS[kind], year)
