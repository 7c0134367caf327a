"""Figures as others print them: a number with its unit, in the unit that an indicator has."""

import re
import unicodedata
from decimal import Context, Decimal, Inexact
from fractions import Fraction

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.money import FEN
from kechuang.engines.base.numbers import parse_decimal

_EXACT = Context(prec=80, traps=[Inexact])  # a cell holds at most 40 digits
_PRINTED = re.compile(r"([-+]?[\d.,\s]+)(.*)")


def printed(text: object, unit: str, field: str = "value") -> str:
    """A printed figure as exact digits in the indicator's unit; "" for nothing.

    A bare number is in that unit. Money and thousands of ten (万, 亿, 万亿) are converted exactly;
    every other unit must be the indicator's own.

    >>> printed("7,912家", "家"), printed("44,500万元", "亿元"), printed("3.05%", "%")
    ('7912', '4.45', '3.05')
    >>> printed("4万件", "件"), printed("1.2万亿元", "亿元")
    ('40000', '12000')

    Raises:
        Invalid: No number, or one in a unit that is not the indicator's.
    """
    plain = unicodedata.normalize("NFKC", str(text)).strip()
    found = _PRINTED.fullmatch(plain)
    value = parse_decimal(found[1] if found else plain, field)
    if value is None:
        return ""
    given, scale = found[2].strip() if found else "", Fraction(1)
    if given and given != unit:
        if not alike(given, unit):
            raise Invalid("figure.other_unit", field, given=given[:20], unit=unit)
        scale = _scale(given)[0] / _scale(unit)[0]
    return format(_exactly(value, scale, field, plain), "f")


SOUND = r"^-?[0-9]{1,40}([.][0-9]{1,40})?$"  # digits as `printed` gives them


def kept(text: str) -> Decimal | None:
    """A figure as it was kept; None where what is kept is no figure (it came by an older door).

    >>> kept("3.05"), kept("abc"), kept("1e99999")
    (Decimal('3.05'), None, None)
    """
    return Decimal(text) if re.match(SOUND, text) else None


def alike(given: str, unit: str) -> bool:
    """Whether figures in one unit can be reckoned into the other.

    >>> alike("万件", "件"), alike("亿元", "万元"), alike("件/万人", "件"), alike("亿美元", "亿元")
    (True, True, False, False)
    """
    return _scale(given)[1] == _scale(unit)[1]


_TENS = {"万亿": 10**12, "亿": 10**8, "万": 10**4}


def _scale(unit: str) -> tuple[Fraction, str]:
    """How many of its plain unit a unit is: 万件 is 10,000 件, 千元 1,000 元."""
    if unit in FEN:
        return Fraction(FEN[unit], FEN["元"]), "元"
    for word, times in _TENS.items():
        if unit.startswith(word) and len(unit) > len(word):
            return Fraction(times), unit.removeprefix(word)
    return Fraction(1), unit


def _exactly(value: Decimal, scale: Fraction, field: str, text: str) -> Decimal:
    try:
        whole = _EXACT.multiply(value, Decimal(scale.numerator))
        return _EXACT.normalize(_EXACT.divide(whole, Decimal(scale.denominator)))
    except Inexact as e:  # more digits than any figure has
        raise Invalid("number.range", field, text=text[:40]) from e
