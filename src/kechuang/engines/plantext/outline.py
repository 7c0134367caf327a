"""The tree of headings: 第一章 / 一、/ (一) / 1.

/ (1) / ① / 一是, nested in the order in which the text uses them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kechuang.engines.text import parse_number

from .lines import Line, is_meta
from .schemas import Span

_CN = "[一二三四五六七八九十百]+"
_MARKS = (
    ("chapter", re.compile(rf"^第{_CN}[章部篇编]分?[\s、:.]*")),
    ("section", re.compile(rf"^第{_CN}节[\s、:.]*")),
    ("article", re.compile(rf"^第{_CN}条[\s、:.]*")),
    (
        "action",
        re.compile(
            rf"^(?:[●★▶■◆]\s*)?【?\s*(?:专栏|任务|行动|目标|工程|举措|专题)\s*(?:{_CN}|\d{{1,2}})\s*[:、.】\s]\s*"
        ),
    ),
    (
        "bracket",
        re.compile(
            r"^(?:【\s*问\s*】|\d{1,2}\s*[.、]\s*问\s*[:、.]|(?:PART|Part)\s*\d+\s|问\s*\d*\s*[:、.]|Q\d*\s*[:、.]|(?:记者|主持人|网友|提问)[^:。]{0,6}:(?:请问)?)\s*|^【(?=[^】]{2,14}】$)"
        ),
    ),
    ("big", re.compile(rf"^{_CN}\s*[、.]\s*")),
    ("paren", re.compile(rf"^[(\[【]\s*{_CN}\s*[)\]】]\s*[、.]?\s*")),
    ("decimal", re.compile(r"^\d{1,2}\s+(?=[\u4e00-\u9fff])")),
    ("decimal_two", re.compile(r"^\d{1,2}\.\d{1,2}\s*(?=[\u4e00-\u9fff])")),
    ("number", re.compile(r"^\d{1,2}\s*[.、](?!\d)\s*")),
    ("number_paren", re.compile(r"^\(?\d{1,2}\)\s*[、.]?\s*")),
    ("circle", re.compile(r"^[①-⑳]\s*")),
    ("dash", re.compile(r"^——?\s*")),
    ("bullet", re.compile(r"^[●○■□◆◇▲▶►★☆✔✓☑•·▪▌▍▎█]\s*")),
    ("enum", re.compile(rf"^{_CN}(?:是|要)(?=[\u4e00-\u9fff“])")),
    ("aspect", re.compile(r"^(?=[\u4e00-\u9fff、“”]{2,16}(?:方面|类)(?:\(\d+项\))?:)")),
    (
        "ordinal",
        re.compile(
            rf"^(?:第{_CN}(?:个|大)?方面[,、:]|第{_CN}[个项]是|第{_CN}[,、]|其[一二三四五六七八九十][,是]|首先[,是]|其次[,是]|再次[,是]|最后[,是])\s*"
        ),
    ),
)
_INLINE = (
    re.compile(rf"(?:(?<=[。;:,])|^)\s*(?={_CN}(?:是要?|要)[\u4e00-\u9fff“])"),
    re.compile(r"(?:(?<=[。;:])|^)\s*(?=(?:\(\d{1,2}\)|[①-⑳])[\u4e00-\u9fff“])"),
    re.compile(r"(?:(?<=[。;:])|^)\s*(?=\d{1,2}[.、](?!\d)\s*[\u4e00-\u9fff“])"),
    re.compile(rf"(?:(?<=[。;:])|^)\s*(?=\({_CN}\)[\u4e00-\u9fff“])"),
    re.compile(rf"(?:(?<=[。;》])|^)\s*(?={_CN}、(?:[\u4e00-\u9fff《]){{2,30}})"),
    re.compile(r"(?:(?<=[。;])|^)\s*(?=[\u4e00-\u9fff、]{2,14}(?:方面|类)(?:\(\d+项\))?:)"),
    re.compile(rf"(?:(?<=[。;])|^)\s*(?=第{_CN}(?:(?:个|大)?方面)?[,、][\u4e00-\u9fff])"),
    re.compile(r"(?:(?<=[。;:\s])|^)\s*(?=[▶►★●■◆]\s*[\u4e00-\u9fff“])"),
)
_RANK = {
    "bracket": 0,
    "chapter": 0,
    "section": 1,
    "big": 2,
    "decimal": 2,
    "big_inner": 3,
    "paren": 3,
    "action": 3,
    "decimal_two": 4,
    "number": 4,
    "number_paren": 5,
    "circle": 6,
    "bullet": 7,
    "enum": 8,
}


@dataclass
class Node:
    """A heading with what stands under it.

    ``head`` is without its mark; ``body`` holds lines of text.
    """

    kind: str
    head: str
    span: Span
    body: list[Line] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    stop: str = "。"  # what ends the head

    @property
    def colon(self) -> bool:
        """Whether the head introduces what follows."""
        return self.stop == ":"

    @property
    def end(self) -> int:
        """Where the node's last text ends."""
        ends = [self.span[1], *(line.end for line in self.body), *(c.end for c in self.children)]
        return max(ends)

    @property
    def text(self) -> str:
        """All text under the heading, its own body first."""
        return "".join(
            [*(line.text for line in self.body), *(c.head + "。" + c.text for c in self.children)]
        )

    def walk(self) -> Iterator["Node"]:
        """This node and all below, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def numbered(self) -> list["Node"]:
        """Children that are headings, not sentences of an enumeration."""
        return [c for c in self.children if c.kind not in ("enum", "ordinal")]


def runs(nodes: list[Node], kinds: tuple[str, ...]) -> list[list[Node]]:
    """Neighbours of one kind, list after list."""
    found: list[list[Node]] = []
    for before, node in zip([None, *nodes], nodes, strict=False):
        if before is None or before.kind != node.kind:
            found.append([])
        found[-1].append(node)
    return [run for run in found if run[0].kind in kinds]


def whole(node: Node) -> Line:
    """Head and body of a node as one stretch of text; blanks keep the offsets."""
    text, start = node.head, node.span[0]
    for line in node.body:
        gap = line.start - start - len(text)
        text += (
            (node.stop if text == node.head else " ") + " " * (gap - 1) + line.text
            if gap > 0
            else line.text
        )
    return Line(text, start, start + len(text))


def build(lines: list[Line]) -> Node:
    """The tree of a text; the root's body is what stands before the first heading."""
    root = Node("root", "", (lines[0].start, lines[0].start) if lines else (0, 0))
    stack = [root]
    bare = _bare_heads(lines)
    for line in lines:
        if line in bare:
            stack[1:] = [Node("big", line.text, (line.start, line.end))]
            root.children.append(stack[1])
            continue
        for piece in _pieces(line):
            _place(piece, stack)
    return root


_BARE_HEAD = re.compile(
    r"(?:政策|文件)?(?:出台|制定|起草|编制)(?:的)?(?:背景|目的|意义|依据|过程)|(?:背景|政策)(?:依据|意义)|(?:主要|总体|工作|发展|具体)目标(?:任务)?|"
    r"(?:重点|主要|工作|核心)(?:任务|内容|举措|措施)|保障(?:措施|机制)|组织(?:实施|保障)|指导思想|总体要求|基本原则|主要(?:特点|亮点)|"
    r"(?:聚焦|突出|强化|围绕|实施|抓好|做好|落实|锚定)“[一二三四五六七八九十]+[个项大][^”]{2,8}”"
)


def _bare_heads(lines: list[Line]) -> list[Line]:
    """出台背景 / 主要目标 / 重点任务 alone on their lines: headings, where a page numbers none of its own."""
    found = [line for line in lines if _BARE_HEAD.fullmatch(line.text)]
    asked = [line for line in lines if re.fullmatch(r"[^。,;:?!\d]{4,16}[?]", line.text)]
    found = asked if len(asked) >= 3 else found
    marks = {m[0] for line in lines if (m := _mark(line.text))}
    return found if len(found) >= 2 and not marks & {"chapter", "big", "bracket"} else []


def _pieces(line: Line) -> list[Line]:
    """A line cut before each 一是, 二是 … (1), (2) … 1.

    2. … inside it, when at least two stand there.
    """
    places = {0}
    for pattern in _INLINE:
        cuts = [m.end() for m in pattern.finditer(line.text)]
        inside = [c for c in cuts if c]
        places |= set(inside) if len(cuts) > 1 or (inside and _mark(line.text)) else set()
    pieces = []
    starts = sorted(places)
    for a, b in zip(starts, [*starts[1:], len(line.text)], strict=True):
        text = line.text[a:b]
        if text.strip():
            left = len(text) - len(text.lstrip())
            pieces.append(
                Line(text.strip(), line.start + a + left, line.start + a + left + len(text.strip()))
            )
    return pieces or [line]


def _place(line: Line, stack: list[Node]) -> None:
    mark = _mark(line.text)
    if mark is None or is_meta(line.text):
        parent = stack[-1]
        if parent.kind in ("enum", "ordinal") and len(stack) > 1 and line.text:
            while len(stack) > 1 and stack[-1].kind in ("enum", "ordinal"):
                stack.pop()
            parent = stack[-1]
        parent.body.append(line)
        return
    kind, width = mark
    if kind == "big" and _is_inner(line.text, stack):
        kind = "big_inner"
    if kind in _RANK:  # a weaker heading cannot hold a stronger one
        while len(stack) > 1 and _RANK.get(stack[-1].kind, -1) > _RANK[kind]:
            stack.pop()
    kinds = [n.kind for n in stack]
    if kind in kinds:
        del stack[kinds.index(kind) :]
    node = _node(kind, width, line)
    stack[-1].children.append(node)
    stack.append(node)


def _is_inner(text: str, stack: list[Node]) -> bool:
    """一、 inside a table of tasks under 二、: the numbering of the table's own chapters."""
    outer = next((n for n in stack if n.kind == "big"), None)
    if outer is None or not outer.body or not all("\t" in line.text for line in outer.body):
        return False
    inner = [n for n in outer.children if n.kind == "big_inner"]
    found = re.match(_CN, text)
    return bool(found) and parse_number(found[0]) == len(inner) + 1  # type: ignore[index]


def _mark(text: str) -> tuple[str, int] | None:
    for kind, pattern in _MARKS:
        if (
            (found := pattern.match(text))
            and found.end() < len(text)
            and "\t" not in text[: found.end() + 1]
        ):
            return kind, found.end()
    return None


_RUN_ON = re.compile(
    r"(?:制定|起草|行动|工作|总体|主要|发展|攻坚|重点|组织|政策|出台)?(?:的)?(?:必要性|背景|依据|目标|指标|任务|措施|举措|保障|过程|其他)(?=[\u4e00-\u9fff《(①])"
)


def _node(kind: str, width: int, line: Line) -> Node:
    """Head up to the first full stop or colon; a long sentence without one is all head."""
    text = line.text[width:].removesuffix("】") if kind == "bracket" else line.text[width:]
    stop = re.search(r"[。:!?]", text)
    if kind in ("enum", "ordinal"):
        stop = re.search(r"[。;:]", text)
    cut = stop.start() if stop else len(text)
    if kind == "big" and cut > 14 and (title := _RUN_ON.match(text)) and title.end() < cut:
        stop, cut = None, title.end()
    start = line.start + width
    node = Node(kind, text[:cut].strip(" ;,"), (start, start + cut), stop=stop[0] if stop else "。")
    skip = 1 if stop else 0
    rest = text[cut + skip :]
    if rest.strip():
        left = len(rest) - len(rest.lstrip())
        begin = start + cut + skip + left
        node.body.append(Line(rest.strip(), begin, begin + len(rest.strip())))
    return node
