"""Lists inside a sentence, and the phrases that stand before and after a figure."""

import re

from kechuang.engines.text.numerals import NUMBER, parse_number

TIME = re.compile(
    r"(?:力争)?(?:到|至|截至|截止到?)?(?:20\d\d|二[〇零]二.)年(?:年?(?:底|末|初))?(?:之?前|时|期间)?"
    r"|(?:到|至)?[\"“]?十[三四五六]五[\"”]?(?:末|期末|期间|时期|规划期末)?|(?:未来|今后|用|经过|力争用)?[一二三两四五3-5]年(?:时间|内|左右的时间|的努力|行动期内)"
    r"|(?:计划|规划|行动)期(?:内|末)|20\d\d[-至—]+20\d\d年?(?:期间)?|\(20\d\d[-至—]+20\d\d年?\)"
)
_PAIRS = {"“": "”", "(": ")", "《": "》", '"': '"', "‘": "’", "<": ">"}


def split_list(text: str, wanted: int | None = None) -> list[tuple[int, int]]:
    """The items of a list inside a sentence, as (start, end) in ``text``.

    The strongest separator that occurs is used (; then , then 、); where the text states how many
    there are
    (``wanted``) the separators are chosen so that the number fits, if any choice does.
    """
    choices = [_cut(text, seps) for seps in (";", ",", "、", ",、", ";,", ";,、")]
    choices += [_last_and(text, c) for c in choices]
    choices += [_every_and(text, c) for c in choices[:6]]
    if wanted:
        for items in choices:
            if len(items) == wanted:
                return items
    for items in choices[:6]:
        if len(items) > 1:
            return _last_and(text, items) if items is choices[2] and not wanted else items
    return choices[0]


def _cut(text: str, seps: str) -> list[tuple[int, int]]:
    items: list[tuple[int, int]] = []
    depth: list[str] = []
    start = 0
    for place, c in enumerate(text):
        if depth and c == depth[-1]:
            depth.pop()
        elif c in _PAIRS:
            depth.append(_PAIRS[c])
        elif c in seps and not depth:
            items.append((start, place))
            start = place + 1
    items.append((start, len(text)))
    return [_strip(text, a, b) for a, b in items if text[a:b].strip(" ,;、。")]


def _strip(text: str, a: int, b: int) -> tuple[int, int]:
    while a < b and text[a] in " ,;、。":
        a += 1
    while b > a and text[b - 1] in " ,;、。":
        b -= 1
    return a, b


def _last_and(text: str, items: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The last item cut at 和/及/以及, when both halves are phrases."""
    if not items:
        return items
    a, b = items[-1]
    for found in reversed(list(re.finditer(r"以及|和|及|与", text[a:b]))):
        left, right = (a, a + found.start()), (a + found.end(), b)
        if left[1] - left[0] >= 3 and right[1] - right[0] >= 3:
            return [*items[:-1], _strip(text, *left), _strip(text, *right)]
    return items


def _every_and(text: str, items: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for item in items:
        out += _last_and(text, [item])
    return out


def count_in(text: str, *nouns: str) -> int | None:
    """The number that stands before one of the nouns: "12个工作目标" → 12."""
    words = "|".join(n for n in nouns if n)
    found = re.search(
        rf"({NUMBER})\s*(?:个|项|条|大|类|方面的?)?\s*(?:主要|具体|工作|重点|发展|预期性|约束性|核心|量化|分项|定量)*(?:{words})"
        if words
        else rf"({NUMBER})\s*(?:个|项|条)",
        text,
    )
    value = parse_number(found[1]) if found else None
    return int(value) if value is not None and value < 500 else None
