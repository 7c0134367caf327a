"""Targets: from lists that name them, from sentences with figures, from tables of indicators."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .figures import Figure, figures
from .lines import Line
from .outline import Node, whole
from .phrases import TIME, count_in, split_list
from .schemas import DraftGroup, DraftTarget, Span

_SUMMARY = re.compile(r"(?:[一二两三四五六七八九十]|\d)个$|、.*、")
_GROUP_LIST = re.compile(
    r"(?:(?:一是|二是|三是|四是|五是|其中)?[,:]?\s*)?(?:在|从)(?P<name>[^,。;]{2,40}?)(?:方面|领域|上),?\s*(?:共|主要|分别|具体)?(?:包括|提出|设置|设定|设有|明确|涉及|确定|有|安排)了?(?P<list>[^。]*?)(?:等)?\s*(?P<count>\d+|[一二三四五六七八九十两]+)\s*(?:个|项)(?:具体|主要|工作|量化|预期)*(?:目标|指标)"
)
_VERBS = (
    "力争|争取|努力|确保|实现|新建|选育推广|选育|推广应用|推广|培训|获得|落户|发行|扶持|孵化|新增|新培育|新认定|新引进|新获批|培育壮大|培育|培养|引进|引育|引入|建设|建成|打造|获批|组织实施|实施|突破|认定|形成|布局建设|布局|创建|搭建|组建|"
    "转化落地|转化|落地|支持|推动|完成|达到|发展|集聚|聚集|汇聚|吸引|拥有|保有|累计|总计|共|全年|每年|年均|登记|开展|举办|组织|承担|带动|撬动|促成|签订|签约|设立|推出|攻克|净增|柔性引进|主导|参与|服务承接|服务|承接|力促|再|其中|并|且|使|和|及|以及|将|全区|全市|全省|全县|本区|我区|我市|区内|市域|全域|县域"
)
_LEAD = re.compile(rf"^(?:{_VERBS}|[,、:;\s])+")
_TAIL = re.compile(
    r"(?:不|力争|争取|努力|总量|累计|总计|合计|分别|在\d{4}年基础上|在?\s+基础上|较\s+|比\s+|[迈跨]上|[迈跨]入|新增|稳定在|保持在|≥|≤|>|<|年均|每年|均|已|全部|稳步|持续|稳定|保持|预计|将|要|再|增长|增加|提高|提升|达到|达|突破|超过|超|实现|控制在|不低于|不少于|占比?|约|为|至|到|在|较.{2,8}年|比.{2,8}年|[,、:;\s])+$"
)
_KEEP_TAIL = re.compile(r"(?:年均增长|年均增速|增长率?|增速|占比|比重|比例|强度|下降率|降低率)$")
_NO_FIGURE = re.compile(
    r"(?P<name>[^,;。]{2,40}?)(?:(?:力争|争取|努力)?(?:实现)?(?:较|比)?(?:\d{4}年)?(?:实现)?(?P<how>翻一番|翻两番|翻番|倍增)|(?:力争|争取|稳定|保持|稳居|位居|走在|进入|跻身|处于|达到)+(?P<rank>(?:全国|全省|全市|全球|世界|国内|同类|城市|京津冀|长三角)[^,;。]{0,12}(?:前列|领先|先进|第一方阵|前茅|首位|水平)))"
)
_ZERO = re.compile(r"(?P<name>[^,;。]{2,24}?)(?:实现|取得)?零的?突破|(?P<rel>[^,;。]{3,24}?(?:增幅|增速|增长率|占比|水平))(?:不低于|高于|快于)[^\d,;。]{2,24}(?:增幅|增速|平均水平|增长率)$|(?P<all>[^,;。]{2,24}?)实现(?:应.尽.|[^,;。]{0,8}全覆盖|清零)|(?P<drop>[^,;。]{2,20}?)(?:稳步|持续|逐步|明显|大幅)(?:下降|上升|提高|提升|增长|降低|改善)$")
_RHETORIC = re.compile(r"(?:新台阶|新高地|新格局|新局面|新突破|更高水平|现代化|贡献|支撑|高质量发展|能力|水平|实力|环境|生态|体系|格局|活力|质量|效率|结构)$")
_PAST = re.compile(r"截至|目前|同比|先后|已(?:经)?(?:建成|达到|有|拥有|累计|认定)|(?:去|上)年|近年来|五年来|“?十[二三四五]五”?(?:期间|以来)|连续.年")
_FUTURE = re.compile(r"(?:到|至)\s*20\d\d年|力争|目标是|争取|将")


@dataclass(frozen=True)
class _Clause:
    text: str
    start: int


def groups_of(section: Node) -> list[DraftGroup]:
    """All groups of targets in a section about targets."""
    listed = list(_listed(section))
    if listed:
        return listed
    for node in section.walk():
        if table := list(_table(node.body)):
            return [DraftGroup("", tuple(table), node.span)]
    found: list[DraftGroup] = []
    own = _from_lines(section.body, section)
    if own:
        found.append(DraftGroup("", tuple(own), (section.span[0], section.end)))
    for child in section.children:
        name = _group_name(child)
        targets = [t for node in child.walk() for t in _of_node(node, top=node is child, named=bool(name))]
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
        DraftTarget(line.text[a:b], (line.start + a, line.start + b), 0.9, printed=line.text[a:b], name_at=(line.start + a, line.start + b))
        for a, b in items if len(items) == wanted
    ]  # fmt: skip


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
    return re.sub(r"^(?:在|围绕)|(?:方面|上|类)?(?:\(\d+项\))?$", "", head)


def fit(groups: list[DraftGroup], stated: int | None) -> list[DraftGroup]:
    """Where the text states fewer targets than were found, praise without a figure (进入第一方阵) is not one of them."""
    found = [t for g in groups for t in g.targets]
    vague = [t for t in found if not t.figure and t.confidence <= 0.5]
    if not stated or len(found) <= stated or len(found) - len(vague) < stated:
        return groups
    spare = {t.span for t in vague[: len(found) - stated]}
    kept = [replace(g, targets=tuple(t for t in g.targets if t.span not in spare)) for g in groups]
    return [g for g in kept if g.targets]


def settle(groups: list[DraftGroup]) -> list[DraftGroup]:
    """A target given for several years is one target: the last year's figure counts, earlier ones are its marks."""
    last: dict[str, DraftTarget] = {}
    for target in (t for g in groups for t in g.targets):
        held = last.get(target.name)
        if held is None or (target.by > held.by and held.by):
            marks = (*held.marks, (held.by, held.figure)) if held else ()
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
    table = list(_table(lines))
    if table:
        return table  # the table is the list; the sentences around it only praise it
    return [t for line in lines for t in in_sentence(line.text, line.start)]


def _listed(section: Node) -> Iterator[DraftGroup]:
    """在…方面，包括A、B、C和D 4个目标."""
    for line in _flat(section):
        for found in _GROUP_LIST.finditer(line.text):
            if _SUMMARY.search(found["name"]) or not re.sub(r"到?20\d\d年|必须|应当?|达到|完成|实现|要|的", "", found["list"]).strip(" ,"):
                continue
            start = line.start + found.start("list")
            items = split_list(found["list"], count_in(found["count"] + "个目标", "目标"))
            targets = []
            for a, b in items:
                inner = next(iter(in_sentence(found["list"][a:b], start + a)), None)
                at = (start + a, start + b)
                targets.append(inner or DraftTarget(found["list"][a:b], at, 0.95, printed=found["list"][a:b], name_at=at))
            name = found["name"]
            yield DraftGroup(name, tuple(targets), (line.start + found.start("name"), line.start + found.end("name")))


def _flat(section: Node) -> Iterator[Line]:
    """The section's lines; enumerated sentences as lines of their own."""
    for node in section.walk():
        if node is not section and node.head:
            yield Line(node.head, *node.span)
        yield from node.body


def in_sentence(text: str, start: int) -> list[DraftTarget]:
    """Targets with a figure (or a doubling, or a rank) in running text."""
    found: list[DraftTarget] = []
    subject = ""
    for sentence in _parts(_Clause(text, start), "。!"):
        if _PAST.search(sentence.text) and not _FUTURE.search(sentence.text):
            continue
        by = _by(sentence.text)
        for clause in _parts(sentence, ",;"):
            made = [replace(t, by=by) for t in _in_clause(clause, subject)]
            for one in made:
                if found and one.figure and not found[-1].figure and one.name == found[-1].name:
                    found.pop()  # 翻一番，达到4万件: one target
                found.append(one)
            if made:
                subject = re.sub(r"(?:年均)?(?:增长|增速|增幅|提高|提升)$", "", made[-1].name)
            elif group := re.search(r"([\u4e00-\u9fff]{3,20})一批$", clause.text):
                a, b = _trim(clause.text, group.start(1), group.end(1))
                subject = clause.text[a:b]
    return found


def _by(text: str) -> str:
    years = re.findall(r"(20\d\d)年", text)
    return f"{years[0]}-12-31" if years and re.search(r"到20|至20|20\d\d年(?:底|末|前|,)", text) else ""


def _parts(clause: _Clause, marks: str) -> Iterator[_Clause]:
    """Cut at marks outside brackets, at 、 too where both sides hold figures; thousands' commas are no mark."""
    depth, begin, text = 0, 0, clause.text
    for place, c in enumerate([*text, marks[0]]):
        depth += (c in "(“《") - (c in ")”》")
        inside = 0 < place < len(text) - 1 and text[place - 1].isdigit() and re.match(r",\d{3}(?!\d)", text[place:])
        if c in marks and (depth <= 0 or place == len(text)) and not inside:
            if text[begin:place].strip():
                yield _Clause(text[begin:place], clause.start + begin)
            begin = place + 1
            depth = 0


def _in_clause(clause: _Clause, subject: str) -> Iterator[DraftTarget]:
    text = TIME.sub(lambda m: " " * len(m[0]), clause.text)
    hits = figures(text)
    if not hits:
        yield from _doubled(text, clause)
        return
    if re.match(r"\s*(?:较|比|同比)\s*", text) and subject:
        return  # 较2021年净增6个: told of the figure before it
    if raised := re.search(r"由\s*(?:的)?[^,;]*?(?:提高|增加|提升|增长|发展|扩大|下降|降低)(?:到|至)", text):
        text = text[: raised.start()] + " " * (raised.end() - raised.start() - 2) + "达到" + text[raised.end() :]
        hits = figures(text)
    if "分别" in text and len(hits) > 1:
        yield from _distributed(text, clause, hits)
        return
    begin = 0
    for number, hit in enumerate(hits):
        if number + 1 < len(hits) and re.match(r"\s*(?:以上|以下)?的[\u4e00-\u9fff]", text[hit.end :]):
            continue  # 年产值超10亿元的企业: a figure inside the name
        until = hits[number + 1].start if number + 1 < len(hits) else len(text)
        target, begin = _one(text, clause, hit, begin, until, subject)
        if target:
            yield target
            subject = target.name


def _one(
    text: str, clause: _Clause, hit: Figure, begin: int, until: int, subject: str
) -> tuple[DraftTarget | None, int]:
    """The target of one figure: what stands before it, or what it counts (新建 8 个重大平台)."""
    colon = text.rfind(":", begin, hit.start)
    if colon >= 0 and len(re.sub(r"[^\u4e00-\u9fff]", "", text[slice(*_trim(text, colon + 1, hit.start))])) >= 3:
        begin = colon + 1
    a, b = _trim(text, begin, hit.start)
    if text[a:b] in ("总数", "总量", "总规模", "总额", "数量", "总计", "规模"):
        a = b
    verb = re.search(rf"(?:{_VERBS})\s*$", text[begin : hit.start])
    confidence, end = 0.85, hit.end
    if b - a < 2 or (verb and b - a < 3):
        after = re.match(r"\s*的?([^,;。、(]{2,30})", text[hit.end : until])
        if not after or not re.search(r"[\u4e00-\u9fff]{2}", after[1]):
            grown = _growth(text, clause, hit, begin, subject)
            if grown is None and subject and b == a:
                return _made(clause, subject, (hit.start, hit.end), hit, hit.bound, 0.7), hit.end
            return grown, hit.end
        a, b = _trim(text, hit.end + after.start(1), hit.end + after.end(1), keep=True)
        end, confidence = hit.end + after.end(1), 0.75
    name = clause.text[a:b].strip()
    if not re.search(r"[\u4e00-\u9fff]{2}", name) or len(name) > 45:
        return None, end
    bound = ">=" if hit.bound == "=" and re.search(r"新建|新增|力争|培育|建成|引进|获批", text[begin : hit.start]) else hit.bound
    return _made(clause, name, (a, b), hit, bound, confidence), end


def _growth(text: str, clause: _Clause, hit: Figure, begin: int, subject: str) -> DraftTarget | None:
    """年均增长 8 % after the subject's own figure: a second figure of the same thing."""
    grows = re.search(r"(年均增长|年均增速|年均提高|增长|增速|占比|比重|下降|降低)[^,]*$", text[begin : hit.end])
    if not grows or not subject:
        return None
    place = text.rfind(grows[1], begin, hit.end)
    return _made(clause, subject + grows[1], (place, place + len(grows[1])), hit, hit.bound, 0.5)


def _made(clause: _Clause, name: str, span: tuple[int, int], hit: Figure, bound: str, confidence: float) -> DraftTarget:
    a, b = min(span[0], hit.start), max(span[1], hit.end)
    at = (clause.start + span[0], clause.start + span[1])
    return DraftTarget(
        name, (clause.start + a, clause.start + b), confidence, hit.number, hit.unit, bound if bound != "=" else ">=",
        printed=clause.text[a:b].strip(" ,"), name_at=at if clause.text[span[0] : span[1]].strip() == name else None,
    )  # fmt: skip


def _trim(text: str, a: int, b: int, *, keep: bool = False) -> tuple[int, int]:
    """The name inside text[a:b]: no verbs before it, no bound words after it."""
    piece = text[a:b]
    while True:
        lead = _LEAD.match(piece)
        tail = None if keep or _KEEP_TAIL.search(piece) else _TAIL.search(piece)
        left = lead.end() if lead and lead.end() < len(piece) else (len(piece) if lead else 0)
        right = tail.start() if tail else len(piece)
        if (left, right) == (0, len(piece)) or left >= right:
            return (a, a) if left >= right else _strip(text, a, a + len(piece))
        a, piece = a + left, piece[left:right]


def _strip(text: str, a: int, b: int) -> tuple[int, int]:
    while a < b and text[a] in " ,;、:的":
        a += 1
    while b > a and text[b - 1] in " ,;、:":
        b -= 1
    return a, b


def _distributed(text: str, clause: _Clause, hits: list[Figure]) -> Iterator[DraftTarget]:
    """A、B、C 数量分别达到 1、2、3."""
    a, b = _trim(text, 0, text.index("分别"))
    shared = re.search(r"(?:数量|总数|总量|规模)$", text[a:b])
    b = b - len(shared[0]) if shared else b
    items = split_list(text[a:b], len(hits))
    if len(items) != len(hits):
        return
    unit = next((h.unit for h in reversed(hits) if h.unit), "")
    for (x, y), hit in zip(items, hits, strict=True):
        hit = replace(hit, unit=hit.unit or unit)
        bound = next((h.bound for h in (*reversed(hits), hit) if h.bound != "="), "=")
        yield _made(clause, clause.text[a + x : a + y], (a + x, a + y), hit, bound, 0.85)


def _doubled(text: str, clause: _Clause) -> Iterator[DraftTarget]:
    for found in _NO_FIGURE.finditer(text):
        a, b = _trim(text, found.start("name"), found.end("name"))
        name = clause.text[a:b]
        if len(name) < 3 or _RHETORIC.search(name):
            continue
        yield _bare(clause, name, (a, b), found.end(), 0.6 if found["how"] else 0.5)
    for found in _ZERO.finditer(text):
        group = next(g for g in ("name", "rel", "all", "drop") if found[g])
        a, b = _trim(text, found.start(group), found.end(group))
        if b - a >= 3 and not _RHETORIC.search(clause.text[a:b]):
            yield _bare(clause, clause.text[a:b], (a, b), found.end(), 0.5)


def _bare(clause: _Clause, name: str, at: Span, end: int, confidence: float) -> DraftTarget:
    """A target without a figure."""
    a, b = at
    return DraftTarget(
        name, (clause.start + a, clause.start + end), confidence, bound="none", printed=clause.text[a:end],
        name_at=(clause.start + a, clause.start + b),
    )  # fmt: skip


def _table(lines: list[Line]) -> Iterator[DraftTarget]:
    """Rows of an indicator table: columns by tabs, headings tell which is the name, the unit, the goal."""
    rows = [(line, line.text.split("\t")) for line in lines if line.text.count("\t") >= 2]
    if len(rows) < 2:
        return
    heads = next((r for r in rows if any(re.search(r"指标|目标|名称", c) for c in r[1])), None)
    if heads is None:
        return
    names = [c.strip() for c in heads[1]]
    name = next((i for i, c in enumerate(names) if re.search(r"指标|目标名称|名称", c) and not re.search(r"属性|类别|类型|分类", c)), 0)
    unit = next((i for i, c in enumerate(names) if "单位" in c), -1)
    goals = [i for i, c in enumerate(names) if re.search(r"目标值?|20\d\d", c) and i != name]
    if not goals:
        return
    goal = max(goals, key=lambda i: (int((re.search(r"20\d\d", names[i]) or ["0"])[0]), "目标" in names[i], i))
    for line, cells in rows:
        if cells is not heads[1] and len(cells) > max(goal, name):
            yield from _row(line, [c.strip() for c in cells], name, unit, goal, names[goal])


def _row(line: Line, cells: list[str], name: int, unit: int, goal: int, head: str) -> Iterator[DraftTarget]:
    label = re.sub(r"^\d+[.、]?\s*", "", cells[name])
    inner = re.search(r"[(](万?[^()]{1,8})[)]$", label)
    said = cells[unit] if 0 <= unit < len(cells) else ""
    if not said and inner:
        said, label = inner[1], label[: inner.start()]
    value = cells[goal]
    if not label:
        return
    inside = re.sub(r"(\d)\s*(左右|以上|以下|以内)?$", rf"\g<1>{said}\g<2>", value.strip("[]()"))
    hit = figures(inside) or figures(value)
    sign = ">=" if re.search(r"≥|>=", value) else ">" if ">" in value else "<=" if re.search(r"≤|<=", value) else ""
    by = re.search(r"20\d\d", head)
    where = line.text.find(label)
    plain = re.search(r"\d[\d,]*(?:\.\d+)?", value)
    number = hit[0].number if hit else plain[0].replace(",", "") if plain else ""
    bound = sign or (hit[0].bound if hit and hit[0].bound != "=" else ">=" if number else "none")
    span = (line.start + max(where, 0), line.end)
    at = (line.start + where, line.start + where + len(label)) if where >= 0 else None
    yield DraftTarget(
        label, span, 0.9, number, said or (hit[0].unit if hit else ""), bound, f"{by[0]}-12-31" if by else "",
        line.text.replace("\t", " "), name_at=at,
    )  # fmt: skip
