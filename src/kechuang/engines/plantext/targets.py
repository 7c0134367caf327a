"""Groups of targets: from lists that name them, from sentences with figures, from tables of
indicators.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from .clauses import in_sentence
from .figures import figures
from .lines import Line
from .outline import Node, whole
from .phrases import count_in, split_list
from .schemas import DraftGroup, DraftTarget

_SUMMARY = re.compile(r"(?:[一二两三四五六七八九十]|\d)个$|、.*、")
_GROUP_LIST = re.compile(
    r"(?:(?:一是|二是|三是|四是|五是|其中)?[,:]?\s*)?(?:在|从)(?P<name>[^,。;]{2,40}?)(?:方面|领域|上),?\s*(?:共|主要|分别|具体)?(?:包括|提出|设置|设定|设有|明确|涉及|确定|有|安排)了?(?P<list>[^。]*?)(?:等)?\s*(?P<count>\d+|[一二三四五六七八九十两]+)\s*(?:个|项)(?:具体|主要|工作|量化|预期)*(?:目标|指标)"
)


def groups_of(section: Node) -> list[DraftGroup]:
    """All groups of targets in a section about targets."""
    listed = list(_listed(section))
    if listed:
        return listed
    found: list[DraftGroup] = []
    own = _from_lines(section.body, section)
    if own:
        found.append(DraftGroup("", tuple(own), (section.span[0], section.end)))
    for child in section.children:
        name = _group_name(child)
        targets = [
            t for node in child.walk() for t in _of_node(node, top=node is child, named=bool(name))
        ]
        targets = targets or _names_only(child)
        if targets:
            found.append(DraftGroup(name, tuple(targets), child.span))
    return _tidy(found)


def _names_only(node: Node) -> list[DraftTarget]:
    """创新基础类(4项):A、B、C、D: targets by name, the number in the heading."""
    wanted = count_in(node.head, "") if re.search(r"\d+\s*(?:项|个)", node.head) else None
    if not wanted or len(node.body) != 1:
        return []
    line = node.body[0]
    items = split_list(line.text.rstrip("。"), wanted)
    return [
        DraftTarget(
            line.text[a:b],
            (line.start + a, line.start + b),
            0.9,
            printed=line.text[a:b],
            name_at=(line.start + a, line.start + b),
        )
        for a, b in items
        if len(items) == wanted
    ]


def _tidy(found: list[DraftGroup]) -> list[DraftGroup]:
    """Groups without a name are one."""
    bare = [g for g in found if not g.name]
    if len(bare) <= 1:
        return found
    whole = DraftGroup("", tuple(t for g in bare for t in g.targets), bare[0].span)
    return [whole, *(g for g in found if g.name)]


def _group_name(node: Node) -> str:
    head = node.head
    if node.kind == "aspect":
        return re.sub(r"(?:方面|类)(?:\(\d+项\))?$", "", head)
    if figures(head) or len(head) > 34 or (not node.body and not node.children):
        return ""
    if re.search(r"[,]", head) and len(head) > 24:
        return ""
    if re.search(r"(?:翻一番|翻两番|翻番|实现全覆盖|零的突破)$", head):
        return ""  # a goal in itself
    return re.sub(r"^(?:在|围绕)|(?:方面|上|类)?(?:\(\d+项\))?$", "", head)


def fit(groups: list[DraftGroup], stated: int | None) -> list[DraftGroup]:
    """Where the text states fewer targets than were found, praise without a figure (进入第一方阵) is
    not one of them.
    """
    found = [t for g in groups for t in g.targets]
    vague = [t for t in found if not t.figure and t.confidence <= 0.5]
    if not stated or len(found) <= stated or len(found) - len(vague) < stated:
        return groups
    spare = {t.span for t in vague[: len(found) - stated]}
    kept = [replace(g, targets=tuple(t for t in g.targets if t.span not in spare)) for g in groups]
    return [g for g in kept if g.targets]


def settle(groups: list[DraftGroup]) -> list[DraftGroup]:
    """Half a title is no target.

    A target given for several years is one target: the last year's figure counts, earlier ones
    are its marks.
    """
    groups = [
        replace(
            g,
            targets=tuple(
                t
                for t in g.targets
                if all(t.name.count(a) == t.name.count(b) for a, b in ("《》", "“”"))
            ),
        )
        for g in groups
    ]
    last: dict[str, DraftTarget] = {}
    for target in (t for g in groups for t in g.targets):
        held = last.get(target.name)
        if held is None or (target.by > held.by and held.by):
            marks = (*held.marks, (held.by, held.figure)) if held else target.marks
            last[target.name] = replace(target, marks=marks)
    out = []
    for group in groups:
        kept = tuple(
            last[t.name] if t.span == last[t.name].span else t
            for t in group.targets
            if t.span == last[t.name].span or not t.by or t.by == last[t.name].by
        )
        if kept:
            out.append(replace(group, targets=kept))
    return out


def _of_node(node: Node, *, top: bool, named: bool) -> Iterator[DraftTarget]:
    if not (top and named) and node.colon:
        line = whole(node)
        yield from in_sentence(line.text, line.start)
        return
    if not (top and named):
        yield from in_sentence(node.head, node.span[0])
    yield from _from_lines(node.body, node)


def _from_lines(lines: list[Line], node: Node) -> list[DraftTarget]:
    return [
        t
        for n, line in enumerate(lines)
        if not _tells_the_past(line.text, lines[n + 1 :])
        for t in in_sentence(line.text, line.start)
    ]


def _tells_the_past(text: str, following: list[Line]) -> bool:
    """2022年，…达到116亿元。 before 到2026年，…: where things stood, not where they are to go."""
    then = re.match(r"(?:截至|至)?(20\d\d)年(?:底|末|全年)?[,，]", text)
    goals = [m for line in following if (m := re.search(r"(?:到|至)(20\d\d)年", line.text[:12]))]
    return bool(then and goals and int(then[1]) < int(goals[0][1])) and not re.search(
        r"力争|目标", text
    )


def _listed(section: Node) -> Iterator[DraftGroup]:
    """在…方面，包括A、B、C和D 4个目标."""
    for line in _flat(section):
        for found in _GROUP_LIST.finditer(line.text):
            if _SUMMARY.search(found["name"]) or not re.sub(
                r"到?20\d\d年|必须|应当?|达到|完成|实现|要|的", "", found["list"]
            ).strip(" ,"):
                continue
            start = line.start + found.start("list")
            items = split_list(found["list"], count_in(found["count"] + "个目标", "目标"))
            targets = []
            for a, b in items:
                inner = next(iter(in_sentence(found["list"][a:b], start + a)), None)
                at = (start + a, start + b)
                targets.append(
                    inner
                    or DraftTarget(
                        found["list"][a:b], at, 0.95, printed=found["list"][a:b], name_at=at
                    )
                )
            name = found["name"]
            yield DraftGroup(
                name,
                tuple(targets),
                (line.start + found.start("name"), line.start + found.end("name")),
            )


def _flat(section: Node) -> Iterator[Line]:
    """The section's lines; enumerated sentences as lines of their own."""
    for node in section.walk():
        if node is not section and node.head:
            yield Line(node.head, *node.span)
        yield from node.body
