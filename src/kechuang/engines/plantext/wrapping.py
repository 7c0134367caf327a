"""Text whose lines end at a margin (PDF, recognised scans, old pages): paragraphs put together
again, offsets kept.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from operator import neg

_HEADING = re.compile(
    r"^(?:第?[一二三四五六七八九十]+[、章节条]|[(（][一二三四五六七八九十\d]+[)）]|[\d０-９]+[.、．](?!\d)|——|[●■◆▶★☆☑✔✓▌•·▪【①-⑳]|附[件表录]|专栏|注[:：])"
)
_PAGE_NUMBER = re.compile(r"[—\-–－\s]*(?:\d{1,4}|[ZIlO])[—\-–－\s]*|第\s*\d{1,4}\s*页.*")
_ENDS = "。！？：；!?:;"
_CELLS = re.compile(r"\t|\u3000|\S {2,}\S")  # what keeps the cells of a table apart
_FEW = 3  # fewer lines broken at the margin than this are no margin


def unwrap(text: str) -> tuple[str, list[int]]:
    """The text with its paragraphs whole, and for each of its characters where it stood in
    ``text``.

    A text without a margin comes back as it is, with an empty list. Page numbers and running
    heads between
    the two halves of a sentence are left out.
    """
    lines = _lines(text)
    measures = (_width, _count)
    found = ((_margin([line for _, line in lines], m), m) for m in measures)
    margin, measure = next((f for f in found if f[0]), (0, _width))
    if not margin:
        return text, []
    heads = _running_heads([line for _, line in lines])
    out: list[str] = []
    at: list[int] = []
    before, opened = "", 0
    full = margin - _SLACK[measure]
    for start, line in lines:
        bare = line.strip()
        if not bare or _is_page_mark(line, heads):
            continue
        if before and not (measure(before) >= full and _goes_on(before, line, opened > 0)):
            out.append("\n")
            at.append(start)
            opened = 0
        left = len(line) - len(line.lstrip())
        out += bare
        at += range(start + left, start + left + len(bare))
        before, opened = line.rstrip(), opened + _opened(bare)
    return "".join([*out, "\n"]), [*at, len(text) - 1 if text else 0]


def _lines(text: str) -> list[tuple[int, str]]:
    return [(m.start(), m[0].replace("\r", "")) for m in re.finditer(r"[^\n]+", text)]


def _width(line: str) -> float:
    """Columns of a line: a Latin letter or digit is half as wide as a character."""
    return sum(0.5 if c.isascii() else 1 for c in line.rstrip())


def _count(line: str) -> float:
    """Characters of a line, for texts that a program broke after so many of them."""
    return float(len(line.rstrip()))


Measure = Callable[[str], float]
_SLACK: dict[Measure, int] = {_width: 4, _count: 1}  # by so much a full line may be shorter


def _margin(lines: list[str], measure: Measure) -> float:
    """The width at which lines break, or 0 where they end with their paragraphs."""
    long = [line for line in lines if _width(line) >= 12 and not _CELLS.search(line.strip())]
    ends = sum(line.count("。") + line.count("；") for line in lines)
    if len(long) < _FEW or ends * 5 < len(long):
        return 0  # lines of a picture are short and have no full stops: nothing is broken there
    widths = sorted((measure(line) for line in long), reverse=True)
    full = _crowded(widths)
    if not 0 < full <= 60:
        return 0
    low = full - _SLACK[measure]
    broken = [x for x in long if low <= measure(x) <= full + 1 and x.rstrip()[-1] not in _ENDS]
    part = 0.45 if measure is _width else 0.3  # so many characters to a line is no chance
    return full if len(broken) >= max(_FEW, part * len(long)) else 0


def _crowded(widths: list[float]) -> float:
    """The greatest width that many lines have, about; a wide title alone is no margin.

    ``widths`` descend.
    """
    beyond = 0
    for width in widths:
        from_here = bisect_left(widths, -width, key=neg)
        beyond = max(beyond, from_here)
        while beyond < len(widths) and widths[beyond] >= width - 3:
            beyond += 1
        if beyond - from_here >= 0.3 * len(widths):
            return width
    return 0


def _running_heads(lines: list[str]) -> set[str]:
    """Lines printed on page after page: the same letters, or letters set apart by blanks."""
    counts = Counter(re.sub(r"[\s\d]", "", line) for line in lines)
    return {head for head, n in counts.items() if n >= 3 and 4 <= len(head) <= 30}


def _is_page_mark(line: str, heads: set[str]) -> bool:
    bare = line.strip()
    spaced = re.fullmatch(r"(?:[\u4e00-\u9fff]\s){3,}.{0,30}", bare)
    return bool(_PAGE_NUMBER.fullmatch(bare) or spaced) or re.sub(r"[\s\d]", "", line) in heads


def _opened(text: str) -> int:
    return sum(text.count(c) for c in "（(") - sum(text.count(c) for c in "）)")


def _goes_on(before: str, line: str, inside: bool) -> bool:
    """Whether ``line`` continues the paragraph that the full line ``before`` breaks off at the
    margin; ``inside`` a bracket that is still open (（牵头单位：甲；) any sign may stand at its end.
    """
    if (before[-1] in _ENDS and not inside) or line[:1] in "\u3000" or line.startswith("  "):
        return False
    if _CELLS.search(before.strip()) or _CELLS.search(line.strip()):
        return False
    return not _HEADING.match(line.strip())
