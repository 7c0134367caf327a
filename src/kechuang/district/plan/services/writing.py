"""A corrected draft as the YAML files of a book, as a person would write them."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from kechuang.engines.plantext import of_task

from .ties import tied_to, value_of

_BOUND = {">=": ">=", ">": ">", "<=": "<=", "about": "about", "none": "none", "=": ">="}


def book_files(
    draft: Mapping[str, Any], identity: str, extends: str, title: str, name: str, today: date
) -> dict[str, str]:
    """File name → text of a whole book."""
    said = list(draft.get("period") or ())
    whole = len(said) == 2 and all(said)
    period = said if whole else [f"{today.year}-01-01", f"{today.year + 2}-12-31"]
    return {
        "book.yaml": f"id: {identity}\ntitle: {_q(title)}\ntitle_en: {_q(identity.replace('-', ' ').title())}\nextends: {extends}\n",
        "sources.yaml": _sources(draft, name, today),
        "indicators.yaml": _indicators(draft),
        "plan.yaml": _plan(draft, identity, period),
    }


def _q(text: object) -> str:
    """A scalar that YAML reads back as the same text."""
    plain = str(text)
    safe = re.fullmatch(
        r"[\u4e00-\u9fffA-Za-z（）()、，。“”《》〔〕—/0-9 ·-]+", plain
    ) and not re.match(r"^[\d\s-]|^(?:true|false|null|yes|no|on|off)$", plain, re.I)
    return (
        plain
        if safe and plain == plain.strip() and plain
        else json.dumps(plain, ensure_ascii=False)
    )


def _sources(draft: Mapping[str, Any], name: str, today: date) -> str:
    documents = draft.get("documents") or [{}]
    lines = ["sources:", "  D1:", f"    title: {_q(draft.get('title') or name)}"]
    if draft.get("issuer"):
        lines.append(f"    issuer: {_q(draft['issuer'])}")
    lines += [
        "    status: copy",
        f"    checked_on: {today}",
        f"    note: {_q(f'由文件“{name}”读出，经人校对；须与官方原文核对')}",
    ]
    numbers = [d["number"] for d in documents if d.get("number")]
    return (
        "\n".join(lines) + "\n" + (f"# 文中提到的文号：{'、'.join(numbers)}\n" if numbers else "")
    )


def _indicator_id(target: Mapping[str, Any], place: int) -> str:
    tied = tied_to(target)
    return tied.id if tied else f"target-{place}"


def _indicators(draft: Mapping[str, Any]) -> str:
    lines = ["# 没有对上现有指标的，先按文件里的名称新建；口径请补写。", "indicators:"]
    for place, target in _targets(draft):
        if tied_to(target) is None:
            lines += [
                f"  - id: target-{place}",
                f"    title: {_q(target['name'])}",
                f"    title_en: {_q(target['name'])}",
                f"    unit: {_q(target.get('unit') or '项')}",
                f"    kind: {'ratio' if target.get('unit') == '%' else 'stock'}",
                "    definition: 文件没有写口径，待补。",
                "    source: D1",
            ]
    return "\n".join(lines) + "\n" if len(lines) > 2 else "indicators: []\n"


def _targets(draft: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    found = [t for g in draft.get("groups", []) for t in g["targets"]]
    return list(enumerate(found, 1))


def _plan(draft: Mapping[str, Any], identity: str, period: list[str]) -> str:
    number = next((d["number"] for d in draft.get("documents", []) if d.get("number")), "")
    lines = [
        f"id: {identity}-{period[0][:4]}-{period[1][:4]}",
        f"title: {_q(draft.get('title', ''))}",
        f"title_en: {_q(draft.get('title', ''))}",
        f"number: {_q(number)}",
        f"period: {{from: {period[0]}, to: {period[1]}}}",
        "sources: [D1]",
        "groups:",
    ]
    groups = draft.get("groups", [])
    for n, group in enumerate(groups, 1):
        lines += [
            f"  - id: group-{n}",
            f"    title: {_q(group.get('name') or '目标')}",
            f"    title_en: {_q(group.get('name') or 'Targets')}",
        ]
    if not groups:
        lines[-1] = "groups: []"
    lines.append("targets:" if groups else "targets: []")
    place = 0
    taken: set[str] = set()
    for n, group in enumerate(groups, 1):
        for target in group["targets"]:
            place += 1
            lines += _target(target, place, n, period[1], taken)
    lines += _areas(draft)
    if draft.get("safeguards"):
        lines += ["safeguards:", *(f"  - {_q(s)}" for s in draft["safeguards"])]
    return "\n".join(lines) + "\n"


def _target(
    target: Mapping[str, Any], place: int, group: int, end: str, taken: set[str]
) -> list[str]:
    identity = _indicator_id(target, place)
    own = identity if identity not in taken else f"{identity}-{place}"
    taken.add(own)
    span = target.get("span") or [0, 0]
    lines = [
        f"  - number: {place}",
        f"    id: {own}",
        f"    group: group-{group}",
        f"    title: {_q(target['name'])}",
        f"    title_en: {_q(target['name'])}",
        f"    indicator: {identity}",
        f"    printed: {_q(target.get('printed') or target['name'])}",
    ]
    figure = value_of(target)
    bound = _BOUND.get(str(target.get("bound") or ""), "none")
    if figure:
        lines += [f"    bound: {_q(bound if bound != 'none' else '>=')}", f'    value: "{figure}"']
    else:
        lines += ["    bound: none", "    absence: no_number"]
    if note := _note(target):
        lines.append(f"    note: {_q(note)}")
    return [
        *lines,
        f"    by: {target.get('by') or end}",
        "    source: D1",
        f"    clause: 原文第 {span[0]}—{span[1]} 字",
    ]


def _note(target: Mapping[str, Any]) -> str:
    """What the document says beside the figure: where it starts, and what was merged into it."""
    begins = target.get("begins")
    said = [f"文件写明由{begins}{target.get('unit') or ''}起，没有写是哪一天。"] if begins else []
    return "".join([*said, *(f"并入：{words}。" for words in target.get("also", []))])


def _content(task: Mapping[str, Any]) -> str:
    due = [f"完成时限：{task['due']}"] if task.get("due") else []
    return "；".join([*(task.get("details") or []), *due])


def _areas(draft: Mapping[str, Any]) -> list[str]:
    areas = [a for a in draft.get("areas", []) if a["tasks"]]
    lines = ["areas:" if areas else "areas: []"]
    number = 0
    for n, area in enumerate(areas, 1):
        lines += [
            f"  - number: {n}",
            f"    title: {_q(area.get('name') or '重点任务')}",
            f"    title_en: {_q(area.get('name') or 'Tasks')}",
            "    tasks:",
        ]
        for task in area["tasks"]:
            number += 1
            span = task.get("span") or [0, 0]
            lines += [
                f"      - number: {number}",
                f"        id: task-{number}",
                f"        title: {_q(task['name'])}",
                f"        title_en: {_q(task['name'])}",
                f"        content: {_q(_content(task))}",
                f"        lead: {_q(task.get('lead') or '')}",
                f"        with: [{', '.join(_q(b) for b in task.get('cooperating') or [])}]",
                f"        basis: {'named' if task.get('lead') else 'typical'}",
                "        source: D1",
                f"        clause: 原文第 {span[0]}—{span[1]} 字",
                *_milestones(task, draft),
            ]
    return lines


def _milestones(task: Mapping[str, Any], draft: Mapping[str, Any]) -> list[str]:
    """A milestone for each deadline that has a day, called as it is printed."""
    dated = [d for d in of_task(task, draft) if d.day]
    marks = [
        line
        for d in dated
        for line in (f"          - title: {_q(d.words)}", f"            due: {d.day}")
    ]
    return ["        milestones:", *marks] if marks else []
