"""Areas with their tasks: from headings, or from 一是从…方面提出 3 项任务，包括…."""

import re
from collections.abc import Iterator
from dataclasses import replace

from .answering import LEAD, UNITS, due_of, responsible, responsible_of
from .lines import Line
from .outline import Node, runs, whole
from .phrases import count_in, split_list
from .schemas import DraftArea, DraftTask

_NARRATIVE = re.compile(
    r"^(?:从|围绕|聚焦|在|针对|着眼)?(?P<area>.{3,60}?)(?:方面|领域|上)?[,。:]?\s*(?:共|主要|重点|具体|分别)?(?:提出|部署|安排|明确|设置|包括|确定|细化|谋划|涉及|列出|推出|实施)了?"
    r"\s*(?P<count>\d+|[一二三四五六七八九十两]+)\s*(?:项|条|个|方面|大)(?:方面)?(?:的)?(?:具体|重点|主要|工作)*(?:任务|措施|举措|工作|内容|行动)?"
    r"[。,:;]?\s*(?:主要|具体)?(?:包括|分别是|分别为|即|具体为|涉及|一是|有|:)?(?P<list>.*)$"
)
_COUNTED = re.compile(
    r"^(?P<area>[^,。:]{3,40}?)[,。]?\s*(?:主要|重点|具体)?(?:任务|措施|举措|工作)?(?:共|计|有)\s*(?P<count>\d+|[一二三四五六七八九十两]+)\s*(?:项|条|个)(?:任务|措施|举措|工作)?[。:,](?P<list>.+)$"
)
_PROSE = re.compile(
    r"(?:(?<=[。;])|^)\s*(?:在|围绕|聚焦)[“\"]?(?P<area>[^,。;”\"]{4,30})[”\"]?(?:中|方面|上),\s*(?:将|重点)?(?P<list>[^。]+)"
)
_AROUND = re.compile(
    r"^(?:围绕|聚焦|针对|着眼|为了?)(?P<area>[^,。;]{4,30}),\s*(?:重点|主要|将|组织)*(?:实施|开展|推进|推出|部署)(?P<list>[^,。;]{8,120}?)(?:等)?"
    r"(?:\d+|[一二三四五六七八九十两]+)?[项个大]?(?:重点|专项|重大)*(?:行动|工程|计划|项目|任务|举措|措施)(?=[,。;])"
)
_COLON = re.compile(r"^(?P<area>[^:。;,]{4,26}):(?P<list>[^。]{8,400})。?\s*$")
_INCLUDES = re.compile(
    r"^(?:从|围绕|聚焦|在|针对)?(?P<area>[^。:,]{3,50}?)(?:方面|领域|上)?[,。:]?\s*(?:主要|具体|重点)?(?:包括|分别是|分别为|即:|具体为|涉及)[:]?(?P<list>[^。]+)"
)
_ABOUT = re.compile(
    r"^(?:从|围绕|聚焦|在|针对)(?P<area>[^。:,]{3,40}?)(?:方面|领域|上),\s*(?:主要|重点|着重|具体)?(?:提出|明确|部署|安排|推出|强调|要求|是)?了?[:]?(?P<list>[^。]+)"
)
_PARAGRAPH = re.compile(
    r"^(?P<area>[^,;。:]{4,20})。(?P<list>[^。]+)。?\s*(?:[(\[][^()]*[)\]])?\s*$"
)
_LIST_BODY = re.compile(
    r"^\s*(?:主要|具体|重点|共|分别)*(?:包括|提出|部署|安排|分为|涉及|有|是|明确)了?[:]?\s*(?P<list>[^。]+)"
)
_BARE_LIST = re.compile(r"^(?P<list>[^。]+?)[。;]?$")
_SHORT_LIST = re.compile(r"^(?P<list>[^,。;:]{4,30}(?:;[^,。;:]{4,30})+)[。;]?$")
_LIST_END = re.compile(
    r"(?:等)?\s*(?P<count>\d+|[一二三四五六七八九十两]+)\s*(?:项|条|个|方面)(?:具体|重点|主要|工作)*(?:任务|措施|举措|工作|内容|行动)?$|等(?:任务|措施|举措|工作|内容|方面)?$"
)


def areas_of(section: Node) -> list[DraftArea]:
    """The areas of a section about tasks."""
    narrative = [a for a in (_narrated(n) for n in _sentences(section)) if a]
    if len(narrative) >= 2:
        return narrative
    heads = section.numbered() or section.children
    if not heads:
        titled = _led(section)
        told = [DraftArea("", titled, section.span)] if len(titled) >= 3 else []
        return _prose(section.body) or told
    if _are_explained(heads):
        return [DraftArea("", tuple(_task(h) for h in heads), section.span)]
    if any(_has_tasks(h) for h in heads):
        return [_area(h) for h in heads]
    led = [_led(h) for h in heads]
    if sum(bool(x) for x in led) * 2 > len(heads):
        return [DraftArea(_title(h), x, h.span) for h, x in zip(heads, led, strict=True)]
    if len(heads) >= 2 and all(_lists_titles(h) for h in heads):
        return [DraftArea(_title(h), tuple(_task(c) for c in h.children), h.span) for h in heads]
    lists = [_listed(h) or _within(h) for h in heads]
    if sum(bool(x) for x in lists) * 2 > len(heads) and not _tell_of_sums(lists):
        return [DraftArea(_title(h), x or (), h.span) for h, x in zip(heads, lists, strict=True)]
    return [DraftArea("", tuple(_task(h) for h in heads), section.span)]


_COUNTED_LIST = re.compile(
    r"(?:部署|提出|明确|安排|确定|推出)了?(?P<count>\d+|[一二三四五六七八九十两]+)[项条个](?:重点|主要|具体)*(?:工作|任务|举措|措施|行动):(?P<list>[^。]+)。"
)


def counted_in(root: Node) -> list[DraftArea]:
    """部署了8项工作：A；B；…。 in running text: as many as it says."""
    for line in (line for node in root.walk() for line in node.body):
        for found in _COUNTED_LIST.finditer(line.text):
            wanted = count_in(found["count"] + "项任务", "任务")
            tasks = _items(found["list"], line.start + found.start("list"), wanted)
            if len(tasks) == wanted:
                return [DraftArea("", tasks, (line.start, line.end))]
    return []


def _are_explained(heads: list[Node]) -> bool:
    """1、打造核心景区 • 推进…，实施…。: under each heading sentences, not titles."""
    told = [c for h in heads for c in h.children]
    sentences = [c for c in told if c.kind in ("bullet", "circle") and "," in c.head]
    kinds = {c.kind for c in told}
    return bool(told) and kinds <= {"bullet", "circle"} and len(sentences) * 2 > len(told)


def _tell_of_sums(lists: list[tuple[DraftTask, ...]]) -> bool:
    """重点是…，对新获批的给予500万元，…: what an action does, not a list of tasks."""
    sums = [any(re.search(r"[万亿]元|^对|^首次|^每", t.name) for t in tasks) for tasks in lists]
    return sum(sums) * 2 >= len(lists)


def _prose(lines: list[Line]) -> list[DraftArea]:
    """Areas told in prose: 在“…行动”中，A，B，C。 or 实施…工程：A；B；C。 or 加快建设平台。A，…；B，…。"""
    found = []
    for line in lines:
        hits = (
            list(_PROSE.finditer(line.text))
            or [m for m in (_COLON.match(line.text), _AROUND.match(line.text)) if m][:1]
        )
        told = None if hits else _PARAGRAPH.match(line.text)
        for hit in hits or ([told] if told else []):
            tasks = _items(hit["list"], line.start + hit.start("list"), None)
            if told:
                tasks = tuple(_first_clause(t) for t in tasks) if ";" in hit["list"] else ()
            if len(tasks) >= 2:
                at = (line.start + hit.start("area"), line.start + hit.end("area"))
                found.append(DraftArea(hit["area"].strip('“”"'), tasks, at))
    return found if len(found) >= 2 else []


def _first_clause(task: DraftTask) -> DraftTask:
    name, _, told = task.name.partition(",")
    start = task.span[0]
    return replace(
        task, name=name, details=(told,) if told else (), name_at=(start, start + len(name))
    )


def areas_of_many(nodes: list[Node]) -> list[DraftArea]:
    """Areas where the plan has no heading over them: each first-level heading is one."""
    if len(nodes) == 1 and any(_has_tasks(c) for c in nodes[0].numbered()):
        return areas_of(nodes[0])
    if any(_has_tasks(n) for n in nodes):
        return [_area(n) for n in nodes]
    return [DraftArea("", tuple(_task(n) for n in nodes), nodes[0].span)] if nodes else []


def narrated_in(root: Node) -> list[DraftArea]:
    """第一个方面，…。主要包括四项：一是…，二是…: areas that a speaker tells one
    after another, without a heading
    over them.
    """
    for node in root.walk():
        for told in runs(node.children, ("ordinal", "aspect", "enum")):
            areas = [a for c in told if (a := _narrated(c) or _itemised(c))]
            if len(areas) >= 2:
                return areas
    return []


_COUNT_AT_END = re.compile(
    r"[,、]?(?:共|主要)?(?:有|包括|部署|提出)了?(?P<count>\d+|[一二三四五六七八九十两]+)(?:项|个|条)(?:重点|具体|主要)*(?:举措|任务|措施|工作|行动)$"
)


def _itemised(node: Node) -> DraftArea | None:
    """第一个方面，深化银企对接。主要包括四项：with the four enumerated below it."""
    told = [c for c in node.children if c.kind == "enum"]
    opens = bool(node.body and re.search(r"(?:包括|有|为|是).{0,8}[:]$", node.body[0].text))
    counted = _COUNT_AT_END.search(node.head)
    if counted:
        opens = opens or count_in(counted["count"] + "项任务", "任务") == len(told)
    name = node.head[: counted.start()] if counted else _title(node)
    return (
        DraftArea(name, tuple(_task(c) for c in told), node.span)
        if len(told) >= 2 and opens
        else None
    )


def _sentences(section: Node) -> Iterator[Node]:
    """Enumerated sentences, and paragraphs that read as one."""
    for child in section.children:
        if child.kind in ("enum", "ordinal", "paren", "number", "number_paren"):
            yield child


def _narrated(node: Node) -> DraftArea | None:
    text = whole(node)
    found = (
        _NARRATIVE.match(text.text)
        or _COUNTED.match(text.text)
        or _INCLUDES.match(text.text)
        or _ABOUT.match(text.text)
    )
    if not found or not found["list"].strip(" 。"):
        return _that_is(node, text)
    wanted = count_in(found["count"] + "项任务", "任务") if "count" in found.re.groupindex else None
    tasks = _items(found["list"], text.start + found.start("list"), wanted)
    if len(tasks) < 2 and wanted != 1:
        return None
    name = re.sub(r"^(?:从|围绕|聚焦|在)", "", found["area"]).strip(" ,")
    return DraftArea(
        name, tasks, (text.start + found.start("area"), text.start + found.end("area"))
    )


_THAT_IS = re.compile(r"即[:]?(?P<list>[^。;,、]{4,24}(?:、[^。;,、]{4,24})+)[,。;]")


def _that_is(node: Node, text: Line) -> DraftArea | None:
    """一是铺好成长阶梯。…，即孵化科技型企业、培育高新技术企业，让…。: the tasks after 即."""
    found = _THAT_IS.search(text.text)
    if not found or not 4 <= len(node.head) <= 24:
        return None
    tasks = _items(found["list"], text.start + found.start("list"), None)
    return DraftArea(_title(node), tasks, node.span) if len(tasks) >= 2 else None


def _items(listed: str, start: int, wanted: int | None) -> tuple[DraftTask, ...]:
    """The tasks of a list inside a sentence; a number at its end (等 3 项任务) says how many they
    are.
    """
    sentences = listed.split("。")
    if len(sentences) > 2 and wanted == len([x for x in sentences if x.strip()]):
        listed = listed.replace("。", ";")
    elif "。" in listed.rstrip("。"):
        listed = sentences[0]
    if end := _LIST_END.search(listed.rstrip("。;, ")):
        listed = listed[: end.start()]
        wanted = wanted or (count_in(end["count"] + "项任务", "任务") if end["count"] else None)
    return tuple(
        DraftTask(
            _clean(listed[a:b]),
            (start + a, start + b),
            0.95 if wanted == n else 0.7,
            name_at=(start + a, start + a + len(_clean(listed[a:b]))),
        )
        for items in [split_list(listed, wanted)]
        for n in [len(items)]
        for a, b in items
    )


def _listed(node: Node) -> tuple[DraftTask, ...]:
    """(一)保障氢源供给。主要包括:A、B、C等3项任务: the tasks of an area that lists them in its body."""
    if node.numbered() or not node.body:
        return ()
    line = node.body[0]
    found = (
        _LIST_BODY.match(line.text)
        or (_SHORT_LIST.match(line.text) if len(node.body) == 1 else None)
        or (_BARE_LIST.match(line.text) if node.colon and len(node.body) == 1 else None)
    )
    tasks = _items(found["list"], line.start + found.start("list"), None) if found else ()
    return tasks if len(tasks) >= 2 and all(len(t.name) <= 40 for t in tasks) else ()


_WITHIN = re.compile(
    r"(?:重点|着力|集中力量|突出|主要|全力)+(?:抓好|抓实|办好|做好|推进|推动|开展|实施|落实|建设)(?P<list>[^。;:]{8,200}?)(?:等)?"
    r"(?:(?P<count>\d+|[一二三四五六七八九十两]+)(?:项|件|个|条|大)(?:重点|具体|主要)*(?:任务|工作|举措|措施|内容|行动|工程|实事|事项)|(?P<kind>工作|(?<=工程)|(?<=行动)|(?<=计划)))(?=[,。;])"
)


def _within(node: Node) -> tuple[DraftTask, ...]:
    """强化源头供给。…重点抓好A、B、C三项工作，由…: the tasks of an area named inside
    its sentences, as many as it
    says.
    """
    if node.numbered():
        return ()
    for line in node.body:
        for found in _WITHIN.finditer(line.text):
            wanted = count_in(found["count"] + "项任务", "任务") if found["count"] else None
            start = line.start + found.start("list")
            tasks = _items(found["list"], start, wanted)
            if len(tasks) == wanted or (wanted is None and len(tasks) >= 2):
                return tasks
    return ()


def _clean(text: str) -> str:
    return re.sub(r"(?:等|等方面|等内容|等任务|等措施)$", "", text.strip(" ,;、。")).strip()


def _has_tasks(node: Node) -> bool:
    """An area has at least two headed children that are not mere sentences (one is enough when it
    is numbered).
    """
    headed = [
        c
        for c in node.children
        if len(node.body) == 0 or c.kind not in ("circle", "bullet", "dash", "enum", "ordinal")
    ]
    return (
        len(headed) >= 1
        and any(len(c.head) <= 45 for c in headed)
        and not all(c.body and c.kind in ("enum", "ordinal") for c in headed)
    )


_LEADS = re.compile(
    r"^[☑✓✔◎·\s]*(?P<name>[^,，。;:]{4,24}(?:“[^”]{1,12}”[^,。;:]{0,12})?)(?:。(?P<told>.+))?$"
)


def _led(node: Node) -> tuple[DraftTask, ...]:
    """Paragraphs that begin with a title (打印时加粗): 建立选题机制。编制目录，…。
    Or a picture's lines that are
    titles.
    """
    if node.numbered() or len(node.body) < 2:
        return ()
    found = [(line, m) for line in node.body if (m := _LEADS.match(line.text))]
    long = [1 for _, m in found if m["told"]]
    if len(found) * 4 < len(node.body) * 3 or (long and len(long) * 4 < len(found) * 3):
        return ()
    return tuple(
        DraftTask(
            m["name"].strip(),
            (line.start + m.start("name"), line.end),
            0.8,
            (m["told"],) if m["told"] else (),
            *responsible_of(m["told"]),
            (line.start + m.start("name"), line.start + m.end("name")),
        )
        for line, m in found
    )


def _lists_titles(node: Node) -> bool:
    """行动一：…。一是〈title〉。〈sentences〉 二是〈title〉。: the enumerated
    items are titled, so they are the
    tasks.
    """
    told = [c for c in node.children if c.kind == "enum"]
    slogan = node.kind == "paren" and 1 <= node.head.count(",") <= 2 and len(node.head) >= 10
    return (
        (node.kind in ("action", "dash", "number") or slogan)
        and len(told) >= 2
        and not node.numbered()
        and all(UNITS.match(line.text) for line in node.body if line.start < told[0].span[0])
        and all(4 <= len(c.head) <= 24 and "," not in c.head for c in told)
    )


def _area(node: Node) -> DraftArea:
    children = node.numbered()
    tasks = tuple(_task(c) for c in children)
    if not tasks:
        tasks = tuple(_task(c) for c in node.children) or ()
    return DraftArea(_title(node), tasks, node.span)


IN_BRACKETS = re.compile(
    r"\s*\((?P<goal>(?:力争)?(?:到|至)20\d\d年[^()]{4,}(?:\([^()]*\)[^()]*)*)\)?$"
)
_TOLD_AFTER = re.compile(r",(?:每年|每[家人个季]|对|给予|力争|到20).*\d.*$")


def _title(node: Node) -> str:
    """The heading without its units, its goal in brackets, and what it says of sums and numbers."""
    head = re.sub(r"\s*[(\[](?:责任|牵头|配合).*$", "", IN_BRACKETS.sub("", node.head))
    short = _TOLD_AFTER.sub("", head)
    return (short if len(short) >= 6 else head).strip(" ,。;")


def _task(node: Node) -> DraftTask:
    details, units = [], ""
    for line in _lines(node):
        if found := UNITS.search(line.text):
            units = units or found[0]
            text = line.text[: found.start()].strip()
        elif LEAD.match(line.text):
            units, text = units or line.text, ""
        else:
            text = line.text
        if text:
            details.append(text)
    in_head = UNITS.search(node.head)
    if in_head:
        units = units or in_head[0]
    lead, cooperating = responsible(units)
    name = _title(node) if not in_head else node.head[: in_head.start()].strip(" 。")
    if node.kind in ("enum", "ordinal") and "," in name[4:]:
        name, told = name.split(",", 1) if name.index(",") >= 4 else (name, "")
        details = [told, *details] if told else details
    confidence = 0.9 if 4 <= len(name) <= 40 else 0.6
    at = (node.span[0], node.span[0] + len(name)) if node.head.startswith(name) else None
    due = due_of(units)
    return DraftTask(name, node.span, confidence, tuple(details), lead, cooperating, at, due)


def _lines(node: Node) -> Iterator[Line]:
    yield from node.body
    for child in node.children:
        rest = "".join(line.text for inner in child.walk() for line in inner.body)
        yield Line(child.head + ("。" + rest if rest else ""), child.span[0], child.end)
