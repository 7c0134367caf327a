"""The counts that a text states of itself, and whether its lists agree."""

import re
from typing import Any

from kechuang.engines.text.numerals import NUMBER, parse_number

from .schemas import DraftArea, DraftGroup, Problem, Span

_ADJ = r"(?:主要|具体|工作|重点|发展|预期性?|约束性?|核心|量化|分项|定量|总体|战略|的)*"
_TARGETS = re.compile(
    rf"(?P<n>{NUMBER})\s*(?:个|项|条|大){_ADJ}(?:目标|指标)(?!维度|类别|层次|板块)"
)
_TASKS = re.compile(
    rf"(?<!第)(?<![〔\d])(?P<n>{NUMBER})\s*(?:项|条|个){_ADJ}(?:任务|措施|举措|工作(?!目标|小组|日)|行动)"
)
_TOTAL = re.compile(
    rf"(?:总计|共计|合计|共)(?:提出|部署|有|为|包括)?了?\s*(?P<n>{NUMBER})\s*(?:项|条|个)(?!.{{0,6}}目标|.{{0,6}}指标)"
)
_AREAS = re.compile(
    rf"(?:任务|措施|举措|工作|内容)[^。;]{{0,10}}?(?P<n>{NUMBER})\s*(?:个|大)(?:方面|领域|板块|部分)|(?P<k>{NUMBER})\s*大{_ADJ}(?:行动|工程|任务|举措)|(?P<j>{NUMBER})\s*(?:项|个)(?:行动|工程)|(?P<m>{NUMBER})\s*(?:个|大)(?:方面|领域|板块|部分)[^。;]{{0,14}}?(?:任务|措施|举措)"
)


def stated_counts(text: str) -> tuple[dict[str, Any], dict[str, Span]]:
    """(counts, where each stands): how many targets, tasks, areas the text says it has in all."""
    found: dict[str, Any] = {}
    where: dict[str, Span] = {}
    for name, pattern in (("targets", _TARGETS), ("tasks", _TASKS), ("areas", _AREAS)):
        best: tuple[int, Span] | None = None
        for hit in pattern.finditer(text):
            value = _value(hit)
            if value and (best is None or value > best[0]):
                best = (value, hit.span())
        if best:
            found[name], where[name] = best
    total = max(((_value(h), h.span()) for h in _TOTAL.finditer(text)), default=(0, (0, 0)))
    if total[0] > found.get("tasks", 0) and total[0] != found.get("targets"):
        found["tasks"], where["tasks"] = total
    return found, where


def _value(hit: "re.Match[str]") -> int:
    groups = hit.groupdict()
    value = parse_number(next((v for v in groups.values() if v), ""))
    return int(value) if value is not None and 1 < value < 1000 else 0


def compare(
    groups: list[DraftGroup], areas: list[DraftArea], stated: dict[str, Any], where: dict[str, Span]
) -> list[Problem]:
    """A problem for each count that the lists do not bear out."""
    listed = {
        "targets": (sum(len(g.targets) for g in groups), "项目标"),
        "tasks": (sum(len(a.tasks) for a in areas), "项任务"),
        "areas": (len([a for a in areas if a.name]), "个任务方面"),
    }
    return [
        Problem(
            "count",
            f"正文说有 {stated[name]} {unit}，从正文里列出 {have} {unit}，请核对",
            where.get(name),
        )
        for name, (have, unit) in listed.items()
        if name in stated
        and have
        and stated[name] != have
        and not (name == "tasks" and stated[name] == len(areas))
        and not (name == "tasks" and _told_of_one(areas, stated[name], where.get(name)))
    ]


def _told_of_one(areas: list[DraftArea], count: int, at: Span | None) -> bool:
    """(五)…突出抓好A、B、C和D四项工作: the four of this area, not of the plan."""
    before = [a for a in areas if at and a.span[0] <= at[0]]
    return len(areas) > 1 and bool(before) and len(before[-1].tasks) == count


def twice(groups: list[DraftGroup]) -> list[Problem]:
    """A target given twice; worse when the figures differ."""
    seen: dict[str, tuple[str, str]] = {}
    found: list[Problem] = []
    for group in groups:
        for target in group.targets:
            key = re.sub(r"[\s“”\"()（）的数量]|总数|总量", "", target.name)
            figure = f"{target.figure}{target.unit}"
            if key in seen and figure and seen[key][1] and figure != seen[key][1]:
                words = f"目标“{target.name}”出现两次，数字不同：{seen[key][1]} 与 {figure}，请核对"
                found.append(Problem("twice", words, target.span))
            elif key in seen:
                found.append(Problem("twice", f"目标“{target.name}”出现两次", target.span))
            seen.setdefault(key, (target.name, figure))
    return found


def _adds(words: str) -> bool:
    """净增…五十家 and …总数480家 are two things."""
    return bool(re.search(r"净增|新增|新引进|新认定|新建", words))


_WIDER = re.compile(r"全[市省国]|[市省]政府|[市省]委")


def elsewhere(groups: list[DraftGroup], text: str, last_year: str = "") -> list[Problem]:
    """A target whose figure the text gives otherwise in another place, for the same year."""
    found = []
    for target in (t for g in groups for t in g.targets if t.figure and len(t.name) >= 4):
        for hit in re.finditer(
            rf"{re.escape(target.name)}(?:总数|总量|数量)?(?:力争|争取|要|将)*(?:达到|突破|超过|提高到|增加到|提升到)(?P<n>{NUMBER}){re.escape(target.unit)}",
            text,
        ):
            value = parse_number(hit["n"])
            sentence = text[
                max(text.rfind("。", 0, hit.start()), text.rfind("\n", 0, hit.start()))
                + 1 : hit.end()
            ]
            years = re.findall(r"20\d\d", sentence)
            own = text[text.rfind("。", 0, target.span[0]) + 1 : target.span[1]]
            theirs = _WIDER.search(sentence) and not _WIDER.search(own)  # the city's, not ours
            outside = not target.span[0] <= hit.start() < target.span[1]
            timely = not years or (target.by[:4] or last_year or "—") in years[-1:]
            if (
                outside
                and timely
                and not theirs
                and _adds(text[max(target.span[0] - 4, 0) : target.span[1]])
                == _adds(text[hit.start() - 4 : hit.start()])
                and value is not None
                and format(value, "f") not in (target.figure, *(m for _, m in target.marks))
                and not re.search(r"截至|目前|已|同比|十[二三四]五", sentence)
            ):
                words = f"目标“{target.name}”在另一处写作 {hit['n']}{target.unit}，此处是 {target.figure}{target.unit}，请核对"
                found.append(Problem("twice", words, hit.span()))
    return found
