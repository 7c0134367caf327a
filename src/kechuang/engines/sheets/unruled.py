"""Tables of a PDF without ruling lines: columns are the gaps that hold through all rows.

A cell that wraps over lines, and one that is set in the middle of its row's height, belong to the
row whose anchor is nearest: the line that holds the column with a number, a code or a day. What
stands on top of a leaf and is too far from its first row goes on with the last row of the leaf
before.
"""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_LEAST_COLUMNS = 3
_LEAST_LINES = 3
_SAME_LINE = 0.5  # of a letter's height: words so near in height stand in one line
_HEADING = 1.3  # letters' heights: the lines of a heading that wraps stand so near its own
_APART = 0.8  # of a letter's width: gaps narrower than that are within a cell
_ANCHOR = re.compile(r"^[（(]?[\dA-Z][\dA-Z.\-/年月日]*[）)]?$")
_LEAF = re.compile(r"[-—\s\d第页共/]+")


@dataclass(frozen=True)
class _Piece:
    """Words of one cell in one line: left and right edge, height of its middle, text."""

    left: float
    right: float
    middle: float
    text: str


Line = list[_Piece]
Row = list[str | None]
Bands = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Unruled:
    """What a leaf holds: lines above its table, rows, and the cells of a row that began on the leaf
    before (None: none).
    """

    above: list[str]
    rows: list[Row]
    carried: Row | None = None
    bands: Bands = ()


def read_leaf(leaf: Any, before: Bands = ()) -> Unruled | None:
    """The table of a leaf; None where columns cannot be told apart.

    Args:
        leaf: A page of pdfplumber.
        before: The columns of the leaf before, for one with a few last rows.
    """
    words = leaf.extract_words(x_tolerance=2, y_tolerance=2, keep_blank_chars=False)
    if not words:
        return None
    size = statistics.median(w["bottom"] - w["top"] for w in words)
    lines = [line for line in _lines(words, size) if not _is_leaf_number(line)]
    first = next((n for n, line in enumerate(lines) if len(line) >= _LEAST_COLUMNS), len(lines))
    wide = [line for line in lines[first:] if len(line) >= _LEAST_COLUMNS]
    bands = _bands(wide)
    if len(wide) < _LEAST_LINES or len(bands) < _LEAST_COLUMNS:
        bands = before if wide and all(_fits(line, before) for line in wide) else ()
    if not bands:
        return None
    while first and _fits(lines[first - 1], bands) and _near(lines[first - 1], lines[first], size):
        first -= 1  # the upper line of a heading that wraps
    above = [" ".join(p.text for p in line) for line in lines[:first]]
    return _rows(lines[first:], bands, size, above)


def lines_of(leaf: Any) -> list[str]:
    """What a leaf without a table says, line by line."""
    return [w for line in (leaf.extract_text() or "").splitlines() if (w := line.strip())]


def _lines(words: Sequence[dict[str, Any]], size: float) -> list[Line]:
    """Words in lines from top to bottom, those of one cell joined."""
    held: list[list[dict[str, Any]]] = []
    for word in sorted(words, key=lambda w: ((w["top"] + w["bottom"]) / 2, w["x0"])):
        middle = (word["top"] + word["bottom"]) / 2
        if held and middle - (held[-1][0]["top"] + held[-1][0]["bottom"]) / 2 < _SAME_LINE * size:
            held[-1].append(word)
        else:
            held.append([word])
    return [_pieces(sorted(line, key=lambda w: w["x0"]), size) for line in held]


def _pieces(line: Sequence[dict[str, Any]], size: float) -> Line:
    found: Line = []
    for w in line:
        middle = (w["top"] + w["bottom"]) / 2
        if found and w["x0"] - found[-1].right < _APART * size:
            last = found.pop()
            gap = " " if last.text[-1:].isascii() and w["text"][:1].isascii() else ""
            found.append(_Piece(last.left, w["x1"], last.middle, f"{last.text}{gap}{w['text']}"))
        else:
            found.append(_Piece(w["x0"], w["x1"], middle, w["text"]))
    return found


def _is_leaf_number(line: Line) -> bool:
    return len(line) == 1 and bool(_LEAF.fullmatch(line[0].text))


def _bands(lines: Sequence[Line]) -> Bands:
    """The stretches across the leaf in which some line has words, and no line's words cross from
    one to another.
    """
    found: list[list[float]] = []
    for piece in sorted((p for line in lines for p in line), key=lambda p: p.left):
        if found and piece.left < found[-1][1]:
            found[-1][1] = max(found[-1][1], piece.right)
        else:
            found.append([piece.left, piece.right])
    return [(a, b) for a, b in found]


def _place(piece: _Piece, bands: Bands) -> int | None:
    """The band in which a piece stands; None when it crosses into another."""
    over = [n for n, (a, b) in enumerate(bands) if piece.left < b and a < piece.right]
    if len(over) == 1:
        return over[0]
    return None if over else min(range(len(bands)), key=lambda n: abs(bands[n][0] - piece.left))


def _fits(line: Line, bands: Bands) -> bool:
    return bool(bands) and len(line) > 1 and all(_place(p, bands) is not None for p in line)


def _near(one: Line, other: Line, size: float) -> bool:
    return abs(one[0].middle - other[0].middle) < _HEADING * size


def _rows(lines: Sequence[Line], bands: Bands, size: float, above: list[str]) -> Unruled:
    """Rows with a cell a band; lines that belong to no row stand alone in their first cell."""
    anchor = _anchor(lines, bands)
    heads = [line[0].middle for line in lines if _at(line, anchor, bands)]
    reach = _reach(lines, heads, size)
    made: dict[int, list[list[_Piece]]] = {}
    alone: list[tuple[float, str]] = []
    carried: list[list[_Piece]] = [[] for _ in bands]
    for line in lines:
        middle = line[0].middle
        near = min(range(len(heads)), key=lambda n: abs(heads[n] - middle))
        if any(_place(p, bands) is None for p in line):
            alone.append((middle, " ".join(p.text for p in line)))
        elif abs(heads[near] - middle) <= max(reach, _HEADING * size if not near else 0):
            _put(line, made.setdefault(near, [[] for _ in bands]), bands)
        elif len(heads) > 1 and middle < heads[1]:
            _put(line, carried, bands)
        else:
            alone.append((middle, " ".join(p.text for p in line)))
    rows = [(heads[n], [_text(c) for c in cells]) for n, cells in made.items()]
    rows += [(at, [text, *[None] * (len(bands) - 1)]) for at, text in alone]
    told = [_text(c) for c in carried]
    ordered = [row for _, row in sorted(rows, key=lambda r: r[0])]
    return Unruled(above, ordered, told if any(told) else None, bands)


def _put(line: Line, cells: list[list[_Piece]], bands: Bands) -> None:
    for piece in line:
        place = _place(piece, bands)
        assert place is not None
        cells[place].append(piece)


def _reach(lines: Sequence[Line], heads: Sequence[float], size: float) -> float:
    """How far from its row's anchor a line may stand: as far as those do that stand between two
    rows and must belong to one of them.
    """
    inner = [
        line[0].middle for line in lines if heads[1:] and heads[1] < line[0].middle < heads[-1]
    ]
    spread = [min(abs(h - m) for h in heads) for m in inner]
    return max(1.15 * max(spread, default=0.0), size * _SAME_LINE)


def _text(pieces: Sequence[_Piece]) -> str | None:
    return "\n".join(p.text for p in sorted(pieces, key=lambda p: p.middle)) or None


def _at(line: Line, place: int, bands: Bands) -> str:
    return next((p.text for p in line if _place(p, bands) == place), "")


def _anchor(lines: Sequence[Line], bands: Bands) -> int:
    """The column that every row has in one line: mostly numbers, codes or days; of several the
    one with the fewest lines, for a cell that wraps has more.
    """
    best, least = 0, len(lines) + 1
    for place in range(len(bands)):
        held = [text for line in lines if (text := _at(line, place, bands))]
        fit = sum(bool(_ANCHOR.match(t)) for t in held[1:])
        if len(held) > 1 and fit >= 0.8 * (len(held) - 1) and len(held) < least:
            best, least = place, len(held)
    return best
