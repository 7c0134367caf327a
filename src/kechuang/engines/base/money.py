"""Money is an int of fen. People write and read 元, 万元 and 亿元."""

import re
import unicodedata
from decimal import Decimal

from .amounts import FEN, in_unit, say_fen
from .errors import Invalid

__all__ = ["FEN", "MAXIMUM", "in_unit", "parse_fen", "say_fen"]

_UNIT_WORDS = {
    "": "",
    "块": "元",
    "rmb": "元",
    "cny": "元",
    "万": "万元",
    "亿": "亿元",
    "千": "千元",
    "百万": "百万元",
    "千万元": "千万元",
    "千万": "千万元",
}
_EXTRA = {"千万元": 1_000_000_000}
_AMOUNT = re.compile(r"^([+-]?\d[\d,，]*(?:\.\d+)?|[+-]?\.\d+)\s*([^\d\s]*)$")
_NEGOTIABLE = frozenset({"面议", "待议", "议价", "协商", "待定"})
MAXIMUM = 10**17  # ten trillion yuan: beyond any contract, within a 64-bit integer


def parse_fen(value: object, unit: str = "元", field: str = "") -> int | None:
    """Read an amount as fen.

    Args:
        value: Text ("120万元", "1,200,000", "１．２亿"), int, float of a cell, or None.
        unit: The unit of a bare number: 分, 元, 万元 or 亿元 (the column's heading says it).
        field: Named in the error.

    Returns:
        Fen, or None for an empty cell or 面议 (to be negotiated).

    Raises:
        Invalid: Not a number, negative, parts of a fen, or too large.
    """
    if value is None:
        return None
    text = unicodedata.normalize("NFKC", str(value)).strip().replace("¥", "").replace("￥", "")
    text = text.removeprefix("人民币").strip()
    if not text or text in _NEGOTIABLE:
        return None
    found = _AMOUNT.match(text)
    if not found:
        raise Invalid("money.text", field, text=text[:40])
    word = found[2].lower()
    word = _UNIT_WORDS.get(word, word) or unit
    scale = FEN.get(word) or _EXTRA.get(word)
    if scale is None:
        raise Invalid("money.unit", field, unit=found[2])
    fen = Decimal(found[1].replace(",", "").replace("，", "")) * scale
    if isinstance(value, float):  # a cell holds 0.1+0.2; its writer meant whole fen
        fen = fen.quantize(Decimal("0.01"))
        fen = (
            fen.to_integral_value() if abs(fen - fen.to_integral_value()) < Decimal("0.02") else fen
        )
    if fen != fen.to_integral_value():
        raise Invalid("money.parts_of_fen", field, text=text[:40])
    if fen < 0:
        raise Invalid("money.negative", field)
    if fen > MAXIMUM:
        raise Invalid("money.too_large", field, text=text[:40])
    return int(fen)
