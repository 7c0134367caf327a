"""Numbers as Chinese documents print them: 二十二, 三百, 两, １２, 1,200, 4.5."""

import re
import unicodedata
from decimal import Decimal

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_BLOCKS = {"万": 10_000, "亿": 100_000_000}
CHINESE = "零〇一二两三四五六七八九十百千万亿"
NUMBER = rf"(?:\d[\d,，]*(?:\.\d+)?|[{CHINESE}]+(?:点[{CHINESE}]+)?)"
"""A number in either script, for use inside larger patterns (text must be half width)."""


def parse_number(text: str) -> Decimal | None:
    """The number that ``text`` is; None when it is not one.

    >>> parse_number("二十二"), parse_number("１,２００"), parse_number("一万五千"), parse_number("许多")
    (Decimal('22'), Decimal('1200'), Decimal('15000'), None)
    """
    plain = re.sub(r"[,，\s]", "", unicodedata.normalize("NFKC", text))
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return Decimal(plain)
    whole, dot, rest = plain.partition("点")
    if (
        dot
        and whole
        and rest
        and all(c in _DIGITS for c in rest)
        and all(c in CHINESE for c in whole)
    ):
        return Decimal(f"{_spelt(whole)}." + "".join(str(_DIGITS[c]) for c in rest))
    if not plain or any(c not in CHINESE for c in plain):
        return None
    if all(c in _DIGITS for c in plain):  # 二〇二五: digits read one by one
        return Decimal("".join(str(_DIGITS[c]) for c in plain))
    return Decimal(_spelt(plain))


def _spelt(plain: str) -> int:
    total = block = digit = 0
    for c in plain:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif c in _SCALES:
            block += (digit or 1) * _SCALES[c]
            digit = 0
        else:
            total = (total + block + digit or 1) * _BLOCKS[c]
            block = digit = 0
    return total + block + digit
