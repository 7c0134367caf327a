"""Which heading is about what: targets, tasks, safeguards, or the story around them."""

import re
from dataclasses import dataclass, field

from .clauses import in_sentence
from .outline import Node, whole

TARGETS = re.compile(r"目标|指标|愿景")
TASKS = re.compile(
    r"(?:重点|主要|工作|具体|核心|建设|发展|改革|行动|实施)?(?:任务|措施|举措|行动|工程|抓手)|专项行动|(?:主要|核心|具体)内容|(?:重点|主要)工作|重点(?:内容|方向|领域)|工作(?:内容|重点|安排)|政策(?:内容|举措|亮点)|做法|做什么|怎么做|怎么干|干什么|如何(?:推进|落实)|[一二三四五六七八九十\d]+大(?:工程|行动|抓手)|哪些(?:重点|主要|具体)*(?:工程|行动|任务|举措|工作|项目)|[一二三四五六七八九十\d]+个重点$"
)
SAFEGUARDS = re.compile(
    r"保障(?:措施|机制|体系|举措|条件|工作|行动落实|落实)?$|保障措施|保障机制|如何保障|组织(?:实施|领导|推进)$|实施(?:机制|保障)|推进机制$|工作要求|工作机制$|支撑(?:体系|保障)$|(?:落实|实施|推进)(?:的)?(?:有)?(?:哪些)?保障$"
)
STORY = re.compile(
    r"背景|依据|起草|过程|指导思想|基本原则|总体(?:要求|思路|考虑)|出台|意义|必要性|附则|解释|有效期|现状|成效|成就|回顾|形势|基础|面临|适用范围|名词|定位|思路|特点|亮点|创新点|咨询|联系|关键词"
)
# A question how it will be seen to: 如何推动《行动计划》落地落实, 采取哪些措施保障实施
_ASKS_HOW = re.compile(
    r"^谁来落实$|^怎么(?:落实|保障)$|(?:如何|怎样|怎么|哪些措施|什么措施)(?:来)?(?:推动|推进|确保|保障|保证|抓好|抓).{0,14}(?:落地|落实|落到实处|实施|见效|完成)"
)
_VERB = r"(?:完善|加强|夯实|强化|推进|优化|构建|建立|提升|推动|加快|打造|培育|实施|开展|建设|发展(?!基础|形势|现状|背景|环境)|拓展|深化|健全|保障|突出|聚焦|壮大|做强|做优|攻克|突破|支持|引育|集聚)"


@dataclass
class Sections:
    """The nodes of each kind, outermost first; none of them inside another of the same kind."""

    targets: list[Node] = field(default_factory=list)
    tasks: list[Node] = field(default_factory=list)
    safeguards: list[Node] = field(default_factory=list)
    other: list[Node] = field(default_factory=list)


def kind_of(node: Node) -> str:
    """targets, tasks, safeguards, story or "" by the words of the heading."""
    head = re.sub(r"《[^》]*》|\([^)]*\)|<[^>]*>|[“”]", "", node.head)
    if len(head) > 40:
        return ""
    head = head.strip("?？ ")
    if _ASKS_HOW.search(head) or (
        SAFEGUARDS.search(head)
        and not re.search(r"任务|目标", head)
        and not re.match(rf"(?!保障(?:措施|机制|体系|举措)){_VERB}.{{5,}}", head)
    ):
        return "safeguards"
    if TARGETS.search(head) and not re.search(r"任务|措施|举措|责任|考核|管理|目标导向", head):
        return "targets"
    if TASKS.search(head) and not STORY.search(head):
        return "tasks" if _is_title_of_tasks(head) else ""
    return "story" if STORY.search(head) and not re.match(_VERB, head) else ""


def _is_title_of_tasks(head: str) -> bool:
    """重点任务, 主要任务有哪些; not 实施创新主体培育行动, which is a task itself."""
    return bool(
        re.search(
            r"(?:重点|主要|工作|具体|核心|建设|发展|改革)(?:的)?(?:任务|措施|举措|工作|内容|行动|方向|抓手|工程)|任务(?:举措|措施|安排|分工|有哪些)?|^(?:[一二三四五六七八九十\d]+(?:大|项|个)(?:重点|主要)?(?:工程|行动|任务|举措|抓手|措施))|^(?:举措|措施|行动)(?!.*[一二三四五六七八九十\d]).{0,4}$|(?:主要|核心|具体|行动)内容|(?:攻坚)任务|^专项行动$|(?:主要)?做法|做什么|怎么[做干]|干什么|[一二三四五六七八九十\d]+大(?:工程|行动|板块)$|哪些(?:重点|主要|具体)*(?:工程|行动|任务|举措|工作|项目)$|[一二三四五六七八九十\d]+个重点$",
            head,
        )
    ) and not re.match(r"^(?:实施|开展|推进|加强|强化|完善|落实|组织)(?!.*大(?:工程|行动)$)", head)


def _lists_goals(node: Node) -> bool:
    """目标任务 over dashes with figures: goals, whatever else the heading says."""
    told = [
        c for c in node.children if c.kind in ("dash", "enum", "bullet") or c.head.endswith("方面")
    ]
    return (
        bool(re.fullmatch(r"(?:主要|工作|总体)?目标(?:和|与|及)?任务", node.head))
        and len(told) >= 2
        and len(told) == len(node.children)
        and sum(bool(in_sentence(whole(c).text, 0)) for c in told) * 2 > len(told)
    )


def _kind_of_task(node: Node) -> str:
    """The kind of a heading among tasks: 强化人才保障 is one of them, 保障措施 ends them."""
    kind = kind_of(node)
    doing = re.match(
        rf"(?!保障(?:措施|机制|体系|举措)|{_VERB}(?:组织|实施)?保障$){_VERB}", node.head
    )
    return "" if kind == "safeguards" and doing else kind


def sort_out(root: Node) -> Sections:
    """Find the sections anywhere in the tree; the first that is a tasks' heading stops the search
    below it.
    """
    found = Sections()
    for child in root.children:
        _sort(child, found)
    return found


def _sort(node: Node, found: Sections) -> None:
    kind = "targets" if _lists_goals(node) else kind_of(node)
    if kind == "targets":
        found.targets.append(node)
        for child in node.numbered():
            if kind_of(child) in ("tasks", "safeguards"):
                _sort(child, found)
    elif kind == "tasks":
        kinds = [_kind_of_task(c) for c in node.numbered()]
        # 人才队伍建设行动 beside five others is a task of this section, not a section of tasks
        if kinds.count("tasks") * 2 > len(kinds) or {"targets", "safeguards"} & set(kinds):
            for child in node.numbered():
                _sort(child, found)
        else:
            found.tasks.append(node)
    elif kind == "safeguards":
        found.safeguards.append(node)
    else:
        inner = [c for c in node.numbered() if kind_of(c) in ("targets", "tasks", "safeguards")]
        if inner:
            for child in node.numbered():
                _sort(child, found)
        elif kind != "story":
            found.other.append(node)
