"""From a document's text to a draft plan. Deterministic: no network, no model, no clock."""

import re
from dataclasses import replace

from .clauses import in_sentence
from .counts import compare, elsewhere, stated_counts, twice
from .details import doubled, enrich
from .grids import part_grids
from .lines import Line, fold, is_meta, pair_figures, part_noise, split_lines
from .names import bodies_of, days_of, documents_of, force_of, issuer_of, period_of, title_of
from .outline import Node, build, runs, whole
from .phrases import split_list
from .schemas import Document, Draft, DraftArea, DraftGroup, DraftTarget, Problem, moved
from .sections import Sections, sort_out
from .tables import areas_in, targets_in
from .targets import fit, groups_of, settle
from .tasks import IN_BRACKETS, areas_of, areas_of_many, counted_in, narrated_in
from .wrapping import unwrap

_MIN_WORDS = 60


def read_plan(text: str) -> Draft:
    """Read a policy document or its explanation.

    Args:
        text: The text as read; spans count its characters.

    Returns:
        A draft: what it says of title, documents, targets, tasks, safeguards, bodies; what was
        noise; what a
        person must look at. A text without a plan gives a draft with a problem of kind ``no_plan``.
    """
    whole, at = unwrap(text)
    return moved(_read(whole), at) if at else _read(text)


def _read(text: str) -> Draft:
    folded = fold(text)
    lines, noise = part_noise(split_lines(folded), text)
    _, title_at = title_of(lines)
    title = re.sub(r"\s*\n\s*", "", text[slice(*title_at)])
    body = [line for line in lines if not is_meta(line.text)]
    prose, grids = part_grids(body)
    root = build(pair_figures(prose, folded))
    sections = sort_out(root)
    stated, where = stated_counts(folded)
    period = period_of(fold(title), "")
    told = targets_in(grids, int(period[0][:4]) if period else 0) or _groups(root, sections)
    groups = [_as_printed(g, text) for g in fit(settle(told), stated.get("targets"))]
    listed, tabled = _areas(root, sections, bool(groups)), areas_in(grids)
    areas = [_tasks_as_printed(a, text) for a in enrich(_fuller(listed, tabled), root)]
    plain = "".join(line.text + "\n" for line in body)
    problems = [
        *compare(groups, areas, stated, where),
        *twice(groups),
        *elsewhere(groups, folded, period[1][:4] if period else ""),
        *doubled(areas),
    ]
    if (not groups and not any(a.tasks for a in areas)) or (not groups and _is_notice(title)):
        problems = [_no_plan(plain)]
        groups, areas = [], []
    issued = _issued(lines, days_of(folded))
    return Draft(
        title=title,
        documents=tuple(_documents(folded, text, title)),
        issuer=issuer_of(lines, title),
        issued_on=issued,
        period=period_of(fold(title), plain) or force_of(folded, issued),
        groups=tuple(groups),
        areas=tuple(areas),
        safeguards=tuple(_slice_of(text, folded, g) for g in _safeguards(root, sections)),
        bodies=tuple(bodies_of(body, text)),
        noise=tuple(noise),
        problems=tuple(problems),
        stated=stated,
    )


def _fuller(listed: list[DraftArea], tabled: list[DraftArea]) -> list[DraftArea]:
    """Tasks of the text or of its table: the one that tells more of them; the text when both tell
    all.
    """
    counts = [sum(len(a.tasks) for a in areas) for areas in (listed, tabled)]
    return tabled if counts[1] > counts[0] else listed


def _as_printed(group: DraftGroup, text: str) -> DraftGroup:
    """Names in the text's own characters (traditional, full width) instead of the folded ones."""
    return replace(
        group,
        targets=tuple(
            replace(
                t,
                name=_slice(text, t.name_at, t.name),
                printed=text[slice(*t.span)].strip()
                if "\t" not in text[slice(*t.span)]
                else t.printed,
                unit=_unit(text, t),
            )
            for t in group.targets
        ),
    )


def _tasks_as_printed(area: DraftArea, text: str) -> DraftArea:
    return replace(
        area, tasks=tuple(replace(t, name=_slice(text, t.name_at, t.name)) for t in area.tasks)
    )


def _slice(text: str, at: tuple[int, int] | None, otherwise: str) -> str:
    found = text[slice(*at)].strip() if at else ""
    return found if found and len(found) <= len(otherwise) + 4 else otherwise


def _slice_of(text: str, folded: str, words: str) -> str:
    """The words in the text's own characters."""
    place = folded.find(words)
    return text[place : place + len(words)] if place >= 0 else words


def _unit(text: str, target: DraftTarget) -> str:
    """The unit as printed: found again in the target's own span by its folded form."""
    stretch = text[slice(*target.span)]
    place = fold(stretch).rfind(target.unit) if target.unit else -1
    printed = stretch[place : place + len(target.unit)] if place >= 0 else target.unit
    return printed.replace("％", "%").replace("﹪", "%")


def _documents(folded: str, text: str, title: str) -> list[Document]:
    found = documents_of(folded, text)
    own = [d for d in found if d.title == title]
    return found if own or not title or found else [Document(title)]


def _issued(lines: list[Line], days: list[tuple[str, tuple[int, int]]]) -> str:
    """The day at the head of the page (发布时间, 成文日期), else the last day of the text."""
    for line in lines[:20]:
        if is_meta(line.text) and (found := days_of(line.text)):
            return found[0][0]
    alone = [
        found[0][0]
        for line in lines
        if (found := days_of(line.text)) and found[0][1] == (0, len(line.text))
    ]
    if alone:
        return alone[-1]
    for line in lines:
        if (
            "印发" in line.text
            and (found := days_of(line.text))
            and line.text.find("印发") - found[-1][1][1] in range(16)
        ):
            return found[-1][0]
    tail = lines[-8].start if len(lines) > 8 else 0
    late = [day for day, span in days if span[0] >= tail]
    return late[-1] if late else ""


def _groups(root: Node, sections: Sections) -> list[DraftGroup]:
    found = [_dated(g, node) for node in sections.targets for g in groups_of(node)]
    if found:
        return _once(found)
    for node in root.walk():
        for told in runs(node.children, ("enum", "dash")):
            if len(told) >= 3 and _speaks_of_targets(node, told):
                return [g for c in told if (g := _told(c)).targets]
    for node in root.walk():
        if _leads_to_targets(node):
            return groups_of(node)
    if scattered := _goals_of_areas(root) or _goals_after_a_colon(root):
        return scattered
    pieces = [line for node in root.walk() for line in [Line(node.head, *node.span), *node.body]]
    for line in pieces:
        if re.search(r"(?:到|至)20\d\d年", line.text):
            targets = in_sentence(line.text, line.start)
            if len(targets) >= 2:
                return [DraftGroup("", tuple(targets), (line.start, line.end))]
    return _in_articles(root)


def _in_articles(root: Node) -> list[DraftGroup]:
    """第一条 …达到500亿元。 第二条 …: clauses that each may set a goal, without a heading."""
    told = [whole(node) for node in root.walk() if node.kind == "article"]
    lines = [line for line in told if re.search(r"(?:到|至)20\d\d年|力争|争取", line.text)]
    targets = [t for line in lines for t in in_sentence(line.text, line.start) if t.figure]
    return [DraftGroup("", tuple(targets), targets[0].span)] if targets else []


_GOAL = re.compile(r"(?:全年|主要|工作|总体|具体|发展|行动|预期)*(?:目标|指标)(?:是|为)?:")


def _goals_of_areas(root: Node) -> list[DraftGroup]:
    """Each area with its own 工作目标：…, or each task with (到2027年，…达到…) behind its title."""
    found: dict[str, DraftGroup] = {}
    for node in root.walk():
        lines = [line for line in node.body if _GOAL.match(line.text)]
        for line in lines:
            start = line.text.index(":") + 1
            targets = in_sentence(line.text[start:], line.start + start)
            if targets:
                found[node.head] = DraftGroup(node.head, tuple(targets), node.span)
    told = [
        t
        for node in root.walk()
        if (m := IN_BRACKETS.search(node.head))
        for t in in_sentence(m["goal"], node.span[0] + m.start("goal"))
    ]
    if len(told) >= 3:
        return [DraftGroup("", tuple(told), told[0].span)]
    return list(found.values()) if len(found) >= 2 else []


def _goals_after_a_colon(root: Node) -> list[DraftGroup]:
    """全年主要预期目标：…；…；…。 in a paragraph of its own, without a heading."""
    for line in root.body:
        if found := _GOAL.match(line.text):
            targets = in_sentence(line.text[found.end() :], line.start + found.end())
            if len(targets) >= 3:
                return [DraftGroup("", tuple(targets), (line.start, line.end))]
    return []


def _dated(group: DraftGroup, node: Node) -> DraftGroup:
    """Targets listed under 到2027年，…: what the list itself does not say of the year."""
    said = re.search(
        r"(?:到|至)(20\d\d)年", " ".join([node.head, *(line.text for line in node.body)])
    )
    if not said:
        return group
    by = f"{said[1]}-12-31"
    return replace(group, targets=tuple(t if t.by else replace(t, by=by) for t in group.targets))


def _speaks_of_targets(node: Node, told: list[Node]) -> bool:
    """关于目标，概括起来是四个更。一是…。二是…: a speaker's list of targets, without a heading of its own."""
    before = [line.text for line in node.body if line.end <= told[0].span[0]] or [node.head]
    found = [in_sentence(whole(c).text, c.span[0]) for c in told]
    return "目标" in before[-1][-60:] and sum(bool(f) for f in found) * 2 > len(told)


def _leads_to_targets(node: Node) -> bool:
    """到2027年，力争…。——…。——…。: goals under a heading that is about something else, 总体要求 above all."""
    opens = any(
        (re.match(r"(?:力争)?(?:到|至)20\d\d年", line.text) and in_sentence(line.text, line.start))
        or re.search(r"(?:^|[。,])(?:力争)?(?:到|至)20\d\d年[^。]{2,40}:$", line.text)
        for line in node.body
    )
    told = [
        c
        for c in node.children
        if c.kind in ("dash", "enum", "bullet") and in_sentence(whole(c).text, 0)
    ]
    return opens and len(told) >= 2


def _told(node: Node) -> DraftGroup:
    targets = [t for line in node.body for t in in_sentence(line.text, line.start)]
    return DraftGroup(node.head, tuple(targets), node.span)


def _once(groups: list[DraftGroup]) -> list[DraftGroup]:
    """Sections that tell the same list twice (a summary and the list) leave the first full one."""
    named = [g for g in groups if g.targets]
    seen: set[tuple[int, int]] = set()
    out = []
    for group in named:
        fresh = tuple(t for t in group.targets if t.span not in seen)
        seen.update(t.span for t in fresh)
        if fresh:
            out.append(DraftGroup(group.name, fresh, group.span))
    return out


def _areas(root: Node, sections: Sections, has_targets: bool) -> list[DraftArea]:
    for node in sections.tasks:
        found = areas_of(node)
        if sum(len(a.tasks) for a in found) >= 2:
            more = (
                [a for other in sections.tasks if other is not node for a in areas_of(other)]
                if _same_rank(sections, node)
                else []
            )
            return [*found, *more]
    if told := counted_in(root):
        return told
    plain = [n for n in sections.other if n.kind not in ("enum", "ordinal")]
    if len(plain) < 3 and (narrated := narrated_in(root)):
        return narrated
    if has_targets or len(plain) >= 3:
        return areas_of_many(plain)
    return []


def _same_rank(sections: Sections, node: Node) -> bool:
    """Several chapters 重点任务 of one rank add up; an explanation's later questions about tasks do
    not.
    """
    return all(n.kind == node.kind for n in sections.tasks) and not any(
        "哪些" in n.head for n in sections.tasks
    )


def _safeguards(root: Node, sections: Sections) -> list[str]:
    found = [x for node in sections.safeguards for x in _guards_of(node)]
    if found:
        return found
    for node in root.walk():
        for told in runs(node.children, ("enum", "ordinal")):
            before = [line.text for line in node.body if line.end <= told[0].span[0]]
            if len(told) >= 2 and before and "保障" in before[-1][-24:]:
                return [_guard(c.head) for c in told]
    return []


def _guards_of(node: Node) -> list[str]:
    """Headed below it, else listed in its body (包括A、B、C四项措施), else its short sentences."""
    headed = [
        _guard(c.head)
        for c in node.children
        if c.head and not re.match(r"[(\[]?(?:责任|牵头|配合)(?:单位|部门)", c.head)
    ]
    if headed or not node.body:
        return headed
    text = "".join(line.text for line in node.body)
    if listed := _LISTED_GUARDS.search(text):
        items = split_list(listed["list"], None)
        if len(items) >= 2:
            return [listed["list"][a:b] for a, b in items]
    pieces = [s.strip() for s in re.split(r"[。;:]", text)]
    clauses = [p.split(",")[0].strip() for p in pieces]
    return [c for c in clauses if 3 < len(c) <= 16][:8]


_LISTED_GUARDS = re.compile(
    r"(?:包括|提出|有|即)(?P<list>[^。;:]{6,120}?)(?:等)?(?:[一二三四五六七八九十两\d]+)?(?:项|条|个|方面)*(?:保障)?(?:措施|举措|机制|保障)。"
)


def _guard(head: str) -> str:
    return re.split(r"[,。;:]", head)[0].strip()


def _is_notice(title: str) -> bool:
    """A call, a public notice or news, not a plan."""
    return bool(
        re.search(
            r"关于(?:征集|申报|公示|遴选|开展|召开|举办|组织|做好|公布|报送|推荐|下达).*通知$|公示$|公告$|申报指南",
            title,
        )
    )


def _no_plan(text: str) -> Problem:
    if len(text.strip()) < _MIN_WORDS:
        return Problem("no_plan", "正文太短，读不出计划；请确认上传的是政策原文或解读全文")
    return Problem(
        "no_plan",
        "没有读到目标或任务：这份文件里可能没有计划（比如是新闻或通知的转发），请换原文或解读",
    )
