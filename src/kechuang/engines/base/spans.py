"""Amounts as people hedge them: ranges, about, at least, at most, to be agreed."""

import re
import unicodedata
from dataclasses import dataclass

from .errors import Invalid
from .money import parse_fen

_RANGE = re.compile(
    r"^(?P<low>[\d.,]+)\s*(?P<unit>[^\d\s\-~至到]{0,4})\s*(?:-|~|至|到|—|–)\s*(?P<high>[\d.,]+\s*\S{0,4})$"
)
_ABOUT = re.compile(r"^(?:大?约|大概|近|约为)\s*|\s*(?:左右|上下|余)$|(?<=\d)余(?=[万亿千元])")
_LEAST = re.compile(r"^(?:不少于|不低于|至少|≥|>=|>|大于)\s*|\s*(?:以上|及以上|起)$")
_MOST = re.compile(r"^(?:不超过|不高于|至多|最多|≤|<=|<|小于)\s*|\s*(?:以内|以下|及以下)$")


@dataclass(frozen=True)
class Spread:
    """An amount in fen: its ends (None: open), and whether it was said to be about so much."""

    low: int | None
    high: int | None
    about: bool = False


def parse_spread(value: object, unit: str, field: str = "") -> Spread:
    """Read an amount that may be a range; a bare number is in ``unit``.

    >>> parse_spread("50-100万元", "元"), parse_spread("约30", "万元")
    (Spread(low=50000000, high=100000000, about=False), Spread(low=None, high=30000000, about=True))
    >>> parse_spread("不少于20", "万元")
    Spread(low=20000000, high=None, about=False)

    Raises:
        Invalid: As `parse_fen`; or a range that runs backwards.
    """
    if not isinstance(value, str):
        return Spread(None, parse_fen(value, unit, field))
    text = unicodedata.normalize("NFKC", value).strip()
    if found := _RANGE.match(text):
        high = parse_fen(found["high"], unit, field)
        own = found["unit"] or _unit_of(found["high"])
        low = parse_fen(found["low"] + own, unit, field)
        if low is not None and high is not None and low > high:
            raise Invalid("money.backwards", field, text=text[:40])
        return Spread(low, high)
    for pattern, end in ((_LEAST, "low"), (_MOST, "high")):
        if pattern.search(text):
            fen = parse_fen(pattern.sub("", text), unit, field)
            return Spread(fen, None) if end == "low" else Spread(None, fen)
    plain = _ABOUT.sub("", text)
    return Spread(None, parse_fen(plain, unit, field), about=plain != text)


def _unit_of(text: str) -> str:
    return re.sub(r"[\d.,\s]", "", text)
