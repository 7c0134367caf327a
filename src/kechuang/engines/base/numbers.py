"""Numbers as people type them and programs send them."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from .errors import Invalid


def parse_whole(text: object, most: int = 10**9) -> int | None:
    """A whole number without sign, at most ``most``; None for anything else.

    Superscripts are no digits.

    >>> parse_whole("１２"), parse_whole("10²"), parse_whole(" 7 "), parse_whole("x")
    (12, None, 7, None)
    """
    raw = str(text).strip()
    if any(unicodedata.category(c) == "No" for c in raw):
        return None
    plain = unicodedata.normalize("NFKC", raw)
    if not (plain.isascii() and plain.isdecimal()) or len(plain) > 18:
        return None
    value = int(plain)
    return value if value <= most else None


def parse_decimal(text: object, field: str) -> Decimal | None:
    """A decimal as typed or printed, with separators or a per cent sign; None when empty.

    >>> parse_decimal("7,912", "value"), parse_decimal(" 12.50％", "value"), parse_decimal("",
    "value")
    (Decimal('7912'), Decimal('12.50'), None)

    Raises:
        Invalid: No number, no finite one, or beyond ten to the fifteenth.
    """
    plain = re.sub(r"[,\s%]", "", unicodedata.normalize("NFKC", str(text)))
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation as e:
        raise Invalid("number", field, text=str(text)[:40]) from e
    if not value.is_finite() or abs(value) > Decimal(10) ** 15:
        raise Invalid("number.range", field, text=str(text)[:40])
    return value
