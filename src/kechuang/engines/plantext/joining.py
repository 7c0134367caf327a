"""Records of a draft put together and taken apart, without losing a figure, a body or a deadline."""

import re
from collections.abc import Mapping
from typing import Any

from .figures import figures
from .lines import fold

Record = Mapping[str, Any]


def merged_targets(first: Record, second: Record) -> dict[str, Any]:
    """One target of two: the first's name, a figure from whichever has one; what the other says
    is kept in ``also``.
    """
    leading, other = (first, second) if first.get("figure") else (second, first)
    facts = {n: leading.get(n, "") for n in ("figure", "unit", "bound", "by", "begins")}
    kept = {k: v for k, v in first.items() if k not in facts}
    said = [*first.get("also", []), *second.get("also", [])]
    if other.get("figure") or other is second:
        said.append(other.get("printed") or other["name"])
    days = [x["by"] for x in (first, second) if x.get("by")]
    made = {
        **kept,
        **{k: v for k, v in facts.items() if v != ""},
        "span": _around(first, second),
        "also": said,
        "also_by": [*first.get("also_by", []), *second.get("also_by", []), *days],
        "marks": [*first.get("marks", []), *second.get("marks", [])],
    }
    return made | ({"figure": facts["figure"], "bound": facts["bound"] or "none"})


def merged_tasks(first: Record, second: Record) -> dict[str, Any]:
    """One task of two: the second's title and details follow the first's, all bodies stay, both
    deadlines.
    """
    bodies = [*first.get("cooperating", []), second.get("lead", ""), *second.get("cooperating", [])]
    lead = first.get("lead") or second.get("lead", "")
    dues = [x["due"] for x in (first, second) if x.get("due")]
    return {
        **first,
        "details": [*first.get("details", []), second["name"], *second.get("details", [])],
        "lead": lead,
        "cooperating": [b for b in dict.fromkeys(bodies) if b and b != lead],
        "due": "；".join(dict.fromkeys(dues)),
        "also_spans": [*first.get("also_spans", []), *_spans(second)],
    }


def split_target(target: Record) -> list[dict[str, Any]]:
    """A target for each name that stands in one (A和B), each with the figure printed in its place;
    a second one to be written where the name is one.
    """
    names = [n for n in re.split(r"、|和|及|以及|与", str(target["name"])) if n.strip()]
    names = names if len(names) > 1 else [str(target["name"]), str(target["name"])]
    found = figures(fold(str(target.get("printed", ""))))
    made = []
    for place, name in enumerate(names):
        own = found[place] if len(found) == len(names) else None
        facts: dict[str, Any] = {"name": name.strip()}
        if own:
            facts |= {"figure": own.number, "unit": own.unit}
        elif place:
            facts |= {"figure": "", "bound": "none"}
        made.append({**target, **facts, "tie": ""})
    return made


def split_task(task: Record) -> list[dict[str, Any]]:
    """A task for each sentence of its details, the title's own first; who answers and by when is
    said of each.
    """
    told = [p for d in task.get("details", []) for p in re.findall(r"[^。;；]+[。;；]?", d)]
    told = [p.strip() for p in told if p.strip(" 。;；")]
    if not told:
        return [dict(task), {**task, "details": []}]
    rest = told if len(told) == 1 else told[1:]
    own = [] if len(told) == 1 else told[:1]
    others = [{**task, "name": _title(p), "details": [p]} for p in rest]
    return [{**task, "details": own}, *others]


def _title(sentence: str) -> str:
    return re.split(r"[,，。;；]", sentence)[0].strip()[:60]


def _around(first: Record, second: Record) -> list[int]:
    spans = [s for x in (first, second) if (s := x.get("span")) and s[1] > s[0]]
    return [min(s[0] for s in spans), max(s[1] for s in spans)] if spans else [0, 0]


def _spans(task: Record) -> list[Any]:
    return [task.get("span") or [0, 0], *task.get("also_spans", [])]
