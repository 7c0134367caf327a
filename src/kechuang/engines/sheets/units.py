"""The unit of an amount: where a sheet says it, and whether what it says can be so."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.money import FEN, parse_fen
from kechuang.engines.text import comparable

UNITS = ("元", "千元", "万元", "百万元", "千万元", "亿元")
_WORD = r"(?:人民币)?(百万元|千万元|亿元|万元|千元|元)(?:人民币)?"
_HEADING = re.compile(
    rf"(?:[(\[【]\s*(?:(?:金额|计量)?单位[::]?)?\s*{_WORD}\s*[)\]】]|[\s/、,:]{_WORD}$|^{_WORD}$)"
)
_NOTE = re.compile(rf"单位\s*[::]?\s*{_WORD}|[(\[【]\s*{_WORD}\s*[)\]】]")
_FAR = 1000  # times beyond what is usual: not a matter of size any more
_FEW = 5  # amounts at least from which it is told what is usual


def _first(found: "re.Match[str] | None") -> str:
    return next((g for g in found.groups() if g), "") if found else ""


def unit_in_heading(text: str) -> str:
    """The unit of money that a heading names, or "".

    >>> unit_in_heading("成交额\\n(亿元)"), unit_in_heading("合同金额/万元"), unit_in_heading("公元")
    ('亿元', '万元', '')
    """
    return _first(_HEADING.search(comparable_lines(text))) if "元" in text else ""


def unit_in_note(text: str) -> str:
    """The unit of money that a line above a table names, or "".

    >>> unit_in_note("单位：万元、项"), unit_in_note("情况表（单位：亿元）"), unit_in_note("单位：人次")
    ('万元', '亿元', '')
    """
    return _first(_NOTE.search(comparable_lines(text))) if "元" in text else ""


def comparable_lines(text: str) -> str:
    """Half width; a line break is a blank."""
    return comparable(text).replace(":", ":").strip()


@dataclass(frozen=True)
class Choice:
    """What one unit would make of a column, in fen: an example and the sum; whether that is
    absurd beside what is registered ("small", "large" or "").
    """

    unit: str
    example: int | None
    total: int
    odd: str = ""


@dataclass(frozen=True)
class Ruling:
    """The unit of a column: settled, or to be asked (``why``: none, differ, far)."""

    unit: str
    said: str  # heading, parent, below, note, rows, usual
    why: str = ""
    choices: tuple[Choice, ...] = ()
    middle: int | None = None  # fen
    likely: str = ""  # the unit that is to be proposed


def _bare(values: Iterable[object]) -> list[object]:
    """The values that do not say their own unit."""
    found: list[object] = []
    for value in values:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found.append(value)
        elif isinstance(value, str) and re.fullmatch(r"[约¥￥\s]*[\d,，.０-９]+[\s余]*", value):
            found.append(value.strip("约余 ¥￥"))
    return found


def _amounts(values: Iterable[object], unit: str) -> list[int]:
    found = []
    for value in values:
        try:
            fen = parse_fen(value, unit)
        except Invalid:
            continue
        if fen:
            found.append(fen)
    return found


def rule(
    heading: str, said: str, note: str, usual: str, values: Sequence[object], typical: int | None
) -> Ruling:
    """Settle the unit of a column, or say why a person must.

    Args:
        heading: The unit that the heading names, or "".
        said: Where in the heading.
        note: The unit that a line above the table names, or "".
        usual: The layout's own.
        values: Cells of the column as they stand.
        typical: The middle of the amounts that are registered already, in fen.
    """
    bare = _bare(values)
    unit, where = (heading, said) if heading else (note, "note") if note else (usual, "usual")
    amounts = _amounts(values, unit)
    middle = int(median(amounts)) if amounts else None
    why = ""
    if bare and heading and note and heading != note:
        why = "differ"
    elif bare and not heading and not note:
        why = "none"
    elif bare and _odd(middle, typical):
        why = "far"
    choices = tuple(_choice(u, bare, typical) for u in _offered(unit)) if why else ()
    likely = _nearest(bare, typical) if typical and _odd(middle, typical) else unit
    where = where if bare or heading or note else "rows"
    return Ruling(unit, where, why, choices, middle, likely)


def _nearest(bare: Sequence[object], typical: int) -> str:
    """The unit that brings the middle amount nearest to the usual one."""

    def _times(unit: str) -> float:
        middle = median(_amounts(bare, unit) or [1])
        return max(middle, typical) / min(middle, typical)

    return min(_offered("万元"), key=_times)


def _offered(unit: str) -> list[str]:
    return [unit, *(u for u in ("元", "千元", "万元", "亿元") if u != unit)]


def _choice(unit: str, bare: Sequence[object], typical: int | None) -> Choice:
    amounts = _amounts(bare, unit)
    middle = int(median(amounts)) if amounts else None
    return Choice(unit, amounts[0] if amounts else None, sum(amounts), _odd(middle, typical))


def _odd(middle: int | None, typical: int | None) -> str:
    """Whether the middle amount lies absurdly far from the usual one."""
    if not middle or not typical:
        return ""
    if middle >= typical * _FAR:
        return "large"
    return "small" if middle * _FAR <= typical else ""


def typical_of(amounts: Sequence[int]) -> int | None:
    """The usual amount of what is registered, where there is enough to tell."""
    return int(median(amounts)) if len(amounts) >= _FEW else None


assert set(UNITS) - {"千万元"} <= set(FEN)
