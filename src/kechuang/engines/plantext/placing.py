"""What of a text stands in its draft, and what does not: nothing is lost in silence.

Every figure with a unit, every count, deadline and leading body of the text is either in a record
of the draft or listed beside its sentence. Records are what the draft says now, so that what a
person deletes comes back as not placed.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kechuang.engines.text.numerals import NUMBER, parse_number

from .answering import DUE
from .figures import spoken
from .lines import fold
from .schemas import Span

KINDS = ("figure", "deadline", "body")
_LATER = r"(?:之前|以前|底前|末前|前)"
_DEADLINE = re.compile(
    rf"(?:20\d\d年)?(?:1[0-2]|[1-9])月(?:(?:底|末|[上中下]旬){_LATER}?|(?:\d{{1,2}}日)?{_LATER})"
    rf"|(?:到|至)20\d\d年(?:年?[底末]|[上下]半年)?{_LATER}?|20\d\d年(?:年?[底末]){_LATER}?"
    rf"|20\d\d年{_LATER}|[一二三四]季度(?:末|{_LATER})|[上下]半年{_LATER}?"
)
_BODY = re.compile(
    r"(?:牵头|责任|主责|配合|协办|参与)(?:单位|部门)?[:：]\s*(?P<many>[^;；。)）\n]+)"
    r"|(?:由|[,，。;；(（])\s*(?P<one>(?!由)[\u4e00-\u9fff]{2,14}(?:局|委|办|部|中心|公司|管委会|政府|院))牵头"
)
_NAME = re.compile(r"[^、,，\s]+")


@dataclass(frozen=True)
class Item:
    """Something in the text that a plan may need. ``kind``: figure, deadline or body."""

    kind: str
    text: str
    span: Span
    sentence: str


@dataclass(frozen=True)
class Placing:
    """Every item of a text: in a record of the draft, or not."""

    placed: tuple[Item, ...]
    missing: tuple[Item, ...]

    @property
    def share(self) -> Fraction:
        """The part that is placed; all of nothing."""
        whole = len(self.placed) + len(self.missing)
        return Fraction(len(self.placed), whole) if whole else Fraction(1)

    @property
    def percent(self) -> int:
        """In whole per cent, never 100 while something is missing."""
        return int(self.share * 100)


def placed_json(placing: Placing) -> dict[str, Any]:
    """The share placed, and every item that is not, beside its sentence."""
    missing = [
        {"kind": i.kind, "text": i.text, "span": list(i.span), "sentence": i.sentence}
        for i in placing.missing
    ]
    return {"placed": len(placing.placed), "percent": placing.percent, "missing": missing}


def items(text: str) -> list[Item]:
    """Every figure with a unit, count, deadline and leading body of a text, in order."""
    plain, at = _squeezed(text)
    due = [m.span("due") for m in DUE.finditer(plain)]
    found: list[tuple[str, int, int]] = []
    for kind, spans in (
        ("body", list(_bodies(plain))),
        ("deadline", [*due, *(m.span() for m in _DEADLINE.finditer(plain))]),
        ("figure", spoken(plain)),
    ):
        for a, b in spans:
            if not any(x < b and a < y for _, x, y in found):
                found.append((kind, a, b))
    made = []
    for kind, a, b in sorted(found, key=lambda f: f[1:]):
        span = (at[a], at[b - 1] + 1)
        made.append(Item(kind, plain[a:b], span, _sentence(text, span)))
    return made


def _squeezed(text: str) -> tuple[str, list[int]]:
    """The folded text without blanks and line ends, and where each character stood: a figure that
    a margin cuts in two is one.
    """
    folded = fold(text)
    at = [n for n, c in enumerate(folded) if not c.isspace()]
    return "".join(folded[n] for n in at), at


def _bodies(plain: str) -> Iterator[tuple[int, int]]:
    for m in _BODY.finditer(plain):
        if m["one"]:
            yield m.span("one")
            continue
        for name in _NAME.finditer(m["many"]):
            start = m.start("many") + name.start()
            yield start, start + len(name[0])


def _sentence(text: str, span: Span) -> str:
    start = max(text.rfind(mark, 0, span[0]) for mark in ("。", "；", "！", "\n\n")) + 1
    ends = [n for mark in "。；！" if (n := text.find(mark, span[1])) >= 0]
    end = min(ends, default=len(text))
    return re.sub(r"\s+", " ", text[start : end + 1]).strip()[-300:]


def place(text: str, draft: Mapping[str, Any]) -> Placing:
    """Which items of a text stand in a record of its draft (as ``as_json`` gives it, or as a
    person left it).
    """
    plain, at = _squeezed(text)
    told = list(_told(draft, plain, at))
    placed: list[Item] = []
    missing: list[Item] = []
    for item in items(text):
        (placed if any(_holds(t, item) for t in told) else missing).append(item)
    return Placing(tuple(placed), tuple(missing))


@dataclass(frozen=True)
class _Told:
    """A stretch of the text that a record tells; ``numbers`` are those that it says (None: all)."""

    span: Span
    kinds: frozenset[str]
    numbers: frozenset[Fraction] | None = None
    days: frozenset[str] | None = None


_ALL = frozenset(KINDS)


def _holds(told: _Told, item: Item) -> bool:
    if item.kind not in told.kinds:
        return False
    if not (told.span[0] <= item.span[0] and item.span[1] <= told.span[1]):
        return False
    if item.kind == "figure" and told.numbers is not None:
        return bool(_numbers(item.text) & told.numbers)
    if item.kind == "deadline" and told.days is not None:
        return any(d and d in item.text for d in told.days)
    return True


def _numbers(text: str) -> frozenset[Fraction]:
    found = (parse_number(n[0]) for n in re.finditer(NUMBER, text))
    return frozenset(Fraction(n) for n in found if n is not None)


def _told(draft: Mapping[str, Any], plain: str, at: Sequence[int]) -> Iterator[_Told]:
    """The stretches of the text that the draft's records tell."""
    for target in (t for g in draft.get("groups", []) for t in g["targets"]):
        yield from _of_target(target, plain, at)
    for task in (k for a in draft.get("areas", []) for k in a["tasks"]):
        yield from _of_task(task, plain, at)
    for words in (*draft.get("safeguards", []), draft.get("title", "")):
        if found := _find(str(words), plain, at, 0):
            yield _Told(found, _ALL)


def _of_target(target: Mapping[str, Any], plain: str, at: Sequence[int]) -> Iterator[_Told]:
    """A target says its figure, its start and its marks; and the year by which it is due."""
    span = tuple(target.get("span") or (0, 0))
    marks = target.get("marks", [])
    said = [target.get("figure"), target.get("begins"), *(m[1] for m in marks)]
    numbers = frozenset(n for words in said if words for n in _numbers(str(words)))
    days = [target.get("by", ""), *target.get("also_by", []), *(m[0] for m in marks)]
    years = frozenset(str(d)[:4] for d in days if d)
    if span[1] > span[0]:
        yield _Told((span[0], span[1]), frozenset({"figure"}), numbers)
        start, end = _sentence_of(plain, at, (span[0], span[1]))
        yield _Told((start, end), frozenset({"deadline"}), None, years)
    for words in target.get("also", []):
        if found := _find(str(words), plain, at, span[0]):
            yield _Told(found, _ALL)


def _of_task(task: Mapping[str, Any], plain: str, at: Sequence[int]) -> Iterator[_Told]:
    """A task says its title and details, who answers for it and by when."""
    names = [task.get("lead", ""), *task.get("cooperating", [])]
    dues = str(task.get("due", "")).split("；")
    for span in [task.get("span") or (0, 0), *task.get("also_spans", [])]:
        for words in (task.get("name", ""), *task.get("details", [])):
            if found := _find(str(words), plain, at, span[0]):
                yield _Told(found, frozenset({"figure", "deadline"}))
        for words, kind in (*((n, "body") for n in names), *((d, "deadline") for d in dues)):
            if found := _find(str(words), plain, at, span[0]):
                yield _Told(found, frozenset({kind}))


def _find(words: str, plain: str, at: Sequence[int], start: int) -> Span | None:
    """Where a record's words stand in the text, the first time at or after ``start``."""
    wanted = _squeezed(words)[0].rstrip("。;,")
    if not wanted:
        return None
    place = plain.find(wanted, bisect_left(at, start))
    place = plain.find(wanted) if place < 0 else place
    return None if place < 0 else (at[place], at[place + len(wanted) - 1] + 1)


def _sentence_of(plain: str, at: Sequence[int], span: Span) -> Span:
    first, last = bisect_left(at, span[0]), bisect_left(at, span[1])
    start = plain.rfind("。", 0, first) + 1
    end = plain.find("。", last)
    return at[start], at[end if end >= 0 else len(at) - 1] + 1
