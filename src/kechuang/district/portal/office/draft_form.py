"""The form of a draft plan: what the browser sent, as a draft again; and the text with its spans
marked.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from django.http import QueryDict
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from kechuang.district.plan.services.ties import candidates
from kechuang.engines.plantext import (
    Item,
    merged_targets,
    merged_tasks,
    of_task,
    split_target,
    split_task,
)

_MOST_DAYS = 8  # deadlines of one task


def corrected(given: QueryDict, was: Mapping[str, Any]) -> dict[str, Any]:
    """The draft that a person's form says: kept, corrected, merged into the one before, deleted
    or added.
    """
    sent = {k: str(v) for k, v in given.items()}
    made = dict(was)
    made["title"] = sent.get("plan_title", was.get("title", "")).strip()
    made["issuer"] = sent.get("issuer", str(was.get("issuer", ""))).strip()
    if "period_from" in sent:
        made["period"] = [sent["period_from"].strip(), sent.get("period_to", "").strip()]
    made["groups"] = [_group(sent, g, group) for g, group in enumerate(was.get("groups", []))]
    made["areas"] = [_area(sent, a, area) for a, area in enumerate(was.get("areas", []))]
    if sent.get("new_target", "").strip():
        where = made["groups"] or [{"name": "", "targets": []}]
        where[-1]["targets"].append(
            {
                "name": sent["new_target"].strip(),
                "figure": sent.get("new_figure", "").strip(),
                "unit": sent.get("new_unit", "").strip(),
                "bound": ">=" if sent.get("new_figure", "").strip() else "none",
                "span": [0, 0],
                "confidence": 1.0,
                "printed": sent["new_target"].strip(),
            }
        )
        made["groups"] = where
    if sent.get("new_task", "").strip():
        areas = made["areas"] or [{"name": "", "tasks": []}]
        areas[-1]["tasks"].append(
            {"name": sent["new_task"].strip(), "details": [], "span": [0, 0], "confidence": 1.0}
        )
        made["areas"] = areas
    kept = [x for n, x in enumerate(was.get("safeguards", [])) if sent.get(f"s{n}", "").strip()]
    made["safeguards"] = [
        sent[f"s{n}"].strip() for n, x in enumerate(was.get("safeguards", [])) if x in kept
    ]
    made["groups"] = [g for g in made["groups"] if g["targets"]]
    made["areas"] = [a for a in made["areas"] if a["tasks"]]
    return made


def _group(sent: Mapping[str, str], g: int, group: Mapping[str, Any]) -> dict[str, Any]:
    targets: list[dict[str, Any]] = []
    for t, target in enumerate(group["targets"]):
        key = f"g{g}t{t}"
        if sent.get(f"{key}_do") == "delete":
            continue
        new = {**target, "confidence": 1.0}
        for name in ("name", "figure", "unit", "bound", "tie", "by", "begins"):
            new[name] = sent.get(f"{key}_{name}", str(target.get(name, ""))).strip()
        asked = sent.get(f"{key}_do")
        if asked == "merge" and targets:
            targets[-1] = merged_targets(targets[-1], new)
        else:
            targets += split_target(new) if asked == "split" else [new]
    return {"name": sent.get(f"g{g}_name", group.get("name", "")).strip(), "targets": targets}


def _area(sent: Mapping[str, str], a: int, area: Mapping[str, Any]) -> dict[str, Any]:
    tasks: list[dict[str, Any]] = []
    for k, task in enumerate(area["tasks"]):
        key = f"a{a}k{k}"
        if sent.get(f"{key}_do") == "delete":
            continue
        new = {**task, "confidence": 1.0, **_task(sent, key, task)}
        asked = sent.get(f"{key}_do")
        if asked == "merge" and tasks:
            tasks[-1] = merged_tasks(tasks[-1], new)
        else:
            tasks += split_task(new) if asked == "split" else [new]
    return {"name": sent.get(f"a{a}_name", area.get("name", "")).strip(), "tasks": tasks}


def _task(sent: Mapping[str, str], key: str, task: Mapping[str, Any]) -> dict[str, Any]:
    """What the form says of a task; what it does not ask stays."""
    made: dict[str, Any] = {
        name: sent.get(f"{key}_{name}", str(task.get(name, ""))).strip()
        for name in ("name", "lead", "due")
    }
    if f"{key}_with" in sent:
        made["cooperating"] = re.findall(r"[^、,，;；\s]+", sent[f"{key}_with"])
    if f"{key}_content" in sent:
        made["details"] = [x.strip() for x in sent[f"{key}_content"].splitlines() if x.strip()]
    return made | {"days": _days(sent, key, task)}


def _days(sent: Mapping[str, str], key: str, task: Mapping[str, Any]) -> dict[str, str]:
    """What a person says a deadline means: its words → a day, "" for none. A day that was left as
    the software read it is the software's until it is ticked.
    """
    said = dict(task.get("days") or {})
    for n in range(_MOST_DAYS):
        words = sent.get(f"{key}_words{n}", "").strip()
        day, was = (sent.get(f"{key}_{name}{n}", "").strip() for name in ("day", "was"))
        if words and (day != was or f"{key}_sure{n}" in sent):
            said[words] = day
    return said


def for_page(draft: Mapping[str, Any]) -> dict[str, Any]:
    """The draft for the page: each target with the indicators that it may mean, each task with the
    days that its deadlines mean.
    """
    made = deepcopy(dict(draft))
    for target in (t for g in made.get("groups", []) for t in g["targets"]):
        target["ties"] = candidates(target)
    for task in (k for a in made.get("areas", []) for k in a["tasks"]):
        task["deadlines"] = of_task(task, made)[:_MOST_DAYS]
    return made


def shown(text: str, draft: Mapping[str, Any], missing: Sequence[Item] = ()) -> SafeString:
    """The text as read, each span of the draft marked with an anchor (#c-start), and so what is
    not placed (#u-start).
    """
    spans = [("u", i.span) for i in missing]
    spans += [("t", t["span"]) for g in draft.get("groups", []) for t in g["targets"]]
    spans += [("k", k["span"]) for a in draft.get("areas", []) for k in a["tasks"]]
    spans += [("n", n["span"]) for n in draft.get("noise", [])]
    out: list[str] = []
    at = 0
    for kind, (start, end) in _apart(spans):
        if start < at or end <= start or end > len(text):
            continue
        out.append(escape(text[at:start]))
        letter = "u" if kind == "u" else "c"
        anchor = f' id="{letter}-{start}"' if kind != "n" else ""
        out.append(f'<mark class="span-{kind}"{anchor}>{escape(text[start:end])}</mark>')
        at = end
    out.append(escape(text[at:]))
    return mark_safe("".join(out))  # noqa: S308 - every piece of text was escaped above


def _apart(spans: Sequence[tuple[str, Any]]) -> list[tuple[str, tuple[int, int]]]:
    """Spans that do not lie in one another, in order: what is not placed cuts the mark around it."""
    lost = sorted(tuple(s) for kind, s in spans if kind == "u")
    found = [("u", s) for s in lost]
    for kind, (start, end) in ((k, s) for k, s in spans if k != "u"):
        at = start
        for a, b in [s for s in lost if start <= s[0] and s[1] <= end]:
            found.append((kind, (at, a)))
            at = b
        found.append((kind, (at, end)))
    return sorted(found, key=lambda s: (s[1][0], -s[1][1]))


def typed_lines(given: QueryDict) -> str:
    """What a person typed, in order, a line each: to copy from when the draft has become another
    meanwhile.
    """
    skip = ("csrfmiddlewaretoken", "version", "save", "save_book")
    rows: dict[str, list[str]] = {}
    for key, value in given.items():
        if key not in skip and str(value).strip():
            rows.setdefault(key.partition("_")[0], []).append(str(value).strip())
    return "\n".join("　".join(cells) for cells in rows.values())
