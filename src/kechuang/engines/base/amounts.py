"""Amounts in words: an int of fen as a reader's language says it.

They stand below the sentences, which say amounts among their facts; everybody else takes them
from `money`.
"""

from decimal import Decimal

FEN = {
    "分": 1,
    "元": 100,
    "千元": 100_000,
    "万元": 1_000_000,
    "百万元": 100_000_000,
    "亿元": 10_000_000_000,
}
_OPEN = {"zh_Hans": "面议", "en": "to be negotiated"}
_ENGLISH = ((Decimal(10**9), " billion"), (Decimal(10**6), " million"), (Decimal(1), ""))


def plain_figure(number: Decimal) -> str:
    """Thousands separated, without idle zeros.

    >>> plain_figure(Decimal("1234.50"))
    '1,234.5'
    """
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def say_fen(fen: int | None, language: str = "zh_Hans") -> str:
    """An amount for a reader: exact, in the largest unit that fits; none is still to be agreed.

    >>> say_fen(500_000_000_000), say_fen(120_000_000), say_fen(1_234_56), say_fen(None)
    ('50亿元', '120万元', '1,234.56元', '面议')
    >>> say_fen(120_000_000, "en"), say_fen(99, "en"), say_fen(None, "en")
    ('CNY 1.2 million', 'CNY 0.99', 'to be negotiated')
    """
    if fen is None:
        return _OPEN[language]
    if language == "en":
        yuan = Decimal(fen) / 100
        scale, word = next((s for s in _ENGLISH if abs(yuan) >= s[0]), _ENGLISH[-1])
        return f"CNY {plain_figure(yuan / scale)}{word}"
    for unit in ("亿元", "万元"):
        if abs(fen) >= FEN[unit]:
            return plain_figure(Decimal(fen) / FEN[unit]) + unit
    return plain_figure(Decimal(fen) / 100) + "元"


def in_unit(fen: int, unit: str) -> Decimal:
    """Fen as an exact decimal of ``unit``.

    >>> in_unit(1_234_500_000, "亿元")
    Decimal('0.12345')
    """
    return Decimal(fen) / FEN[unit]
