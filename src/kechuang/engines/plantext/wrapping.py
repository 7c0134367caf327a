"""Text whose lines end at a margin (PDF, recognised scans, old pages): paragraphs put together
again, offsets kept.
"""

import re
from bisect import bisect_left
from collections import Counter
from operator import neg

_HEADING = re.compile(
    r"^(?:第?[一二三四五六七八九十]+[、章节条]|[(（][一二三四五六七八九十\d]+[)）]|[\d０-９]+[.、．]|——|[●■◆▶★☆☑✔✓▌•·▪【①-⑳]|附[件表录]|专栏|注[:：])"
)
_PAGE_NUMBER = re.compile(r"[—\-–－\s]*(?:\d{1,4}|[ZIlO])[—\-–－\s]*|第\s*\d{1,4}\s*页.*")
_ENDS = "。！？：；!?:;"
_FEW = 12  # fewer full lines than this are no margin


def unwrap(text: str) -> tuple[str, list[int]]:
    """The text with its paragraphs whole, and for each of its characters where it stood in
    ``text``.

    A text without a margin comes back as it is, with an empty list. Page numbers and running
    heads between
    the two halves of a sentence are left out.
    """
    lines = _lines(text)
    margin = _margin([line for _, line in lines])
    if not margin:
        return text, []
    heads = _running_heads([line for _, line in lines])
    out: list[str] = []
    at: list[int] = []
    before = ""
    for start, line in lines:
        bare = line.strip()
        if not bare or _is_page_mark(line, heads):
            continue
        if before and not _goes_on(before, line, margin):
            out.append("\n")
            at.append(start)
        left = len(line) - len(line.lstrip())
        out += bare
        at += range(start + left, start + left + len(bare))
        before = line.rstrip()
    return "".join([*out, "\n"]), [*at, len(text) - 1 if text else 0]


def _lines(text: str) -> list[tuple[int, str]]:
    return [(m.start(), m[0].replace("\r", "")) for m in re.finditer(r"[^\n]+", text)]


def _width(line: str) -> float:
    """Columns of a line: a Latin letter or digit is half as wide as a character."""
    return sum(0.5 if c.isascii() else 1 for c in line.rstrip())


def _margin(lines: list[str]) -> float:
    """The width at which lines break, or 0 where they end with their paragraphs."""
    long = [line for line in lines if _width(line) >= 12 and "\t" not in line]
    ends = sum(line.count("。") + line.count("；") for line in lines)
    if len(long) < _FEW or ends * 5 < len(long):
        return 0  # lines of a picture are short and have no full stops: nothing is broken there
    widths = sorted((_width(line) for line in long), reverse=True)
    full = _crowded(widths)
    if not 0 < full <= 60:
        return 0
    broken = [x for x in long if full - 4 <= _width(x) <= full + 1 and x.rstrip()[-1] not in _ENDS]
    return full if len(broken) >= max(_FEW, 0.45 * len(long)) else 0


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


def _goes_on(before: str, line: str, margin: float) -> bool:
    """Whether ``line`` continues the paragraph that ``before`` breaks off at the margin."""
    if before[-1] in _ENDS or line[:1] in "\u3000" or line.startswith("  ") or "\t" in line:
        return False
    return _width(before) >= margin - 4 and not _HEADING.match(line.strip())
