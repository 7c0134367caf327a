"""Whole numbers as people type them and programs send them."""

import unicodedata


def parse_whole(text: object, most: int = 10**9) -> int | None:
    """A whole number without sign, at most ``most``; None for anything else. Superscripts are no digits.

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
