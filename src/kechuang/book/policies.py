"""Policies of a book: folders of policy, parameters, rules and cases, read and checked;
complaints name file and line.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said
from kechuang.engines.rules import (
    UNPUBLISHED,
    Action,
    Case,
    Given,
    Input,
    Number,
    Overlay,
    Parameter,
    Policy,
    Rule,
    Tier,
    Tiers,
    parse,
)
from kechuang.engines.rules.language import Node
from kechuang.engines.rules.values import one

from .desk import Desk, Problem
from .inputs import (
    all_rows,
    amount,
    read_aggregate,
    read_input,
    read_relation,
    rows_of,
    strange,
    unit_of,
    yes,
)
from .lines import Lined, load

FIRST = date(1949, 10, 1)
_POLICY_KEYS = {
    "名称",
    "英文",
    "文号",
    "发布机关",
    "发布日期",
    "施行",
    "替代",
    "来源",
    "对象",
    "结论",
    "适用日",
    "说明",
    "输入",
    "措施",
    "关系",
    "汇总",
}
_PARAMETER_KEYS = {"说明", "单位", "按", "依据", "来源", "核对日期", "核实", "取值", "备注"}


def read_policy(identity: str, files: Mapping[str, Lined], desk: Desk, book: str) -> Policy | None:
    """One folder. ``files``: policy, parameters, rules, cases as read."""
    at = files["policy"]
    if not at:
        desk.problems.append(Problem(at.file, 1, "缺少 policy.yaml，或它是空的"))
        return None
    strange(at, _POLICY_KEYS, desk)
    force = at.get("施行")
    if not isinstance(force, Lined):
        desk.complain(at, "施行", "施行 应写成 {自: 2021-01-01, 至: null}")
        return None
    inputs = {n: i for n, row in rows_of(at, "输入", desk) if (i := read_input(n, row, desk))}
    relations = {n: read_relation(n, row, desk) for n, row in rows_of(at, "关系", desk)}
    aggregates = {
        n: a
        for n, row in rows_of(at, "汇总", desk)
        if (a := read_aggregate(n, row, inputs, relations, desk))
    }
    parameters = {
        n: p for n, row in all_rows(files["parameters"], desk) if (p := _parameter(n, row, desk))
    }
    rules = {n: r for n, row in all_rows(files["rules"], desk) if (r := _rule(n, row, desk))}
    actions = {n: x for n, row in rows_of(at, "措施", desk) if (x := _action(n, row, inputs, desk))}
    results = desk.texts(at, "结论")
    for name in results:
        if name not in rules:
            desk.complain(at, "结论", f"rules.yaml 里没有规则“{name}”")
    return Policy(
        id=identity,
        title=desk.text(at, "名称"),
        title_en=desk.text(at, "英文"),
        numbers=desk.texts(at, "文号"),
        issuer=desk.text(at, "发布机关"),
        issued=desk.day(at, "发布日期", required=False),
        start=desk.day(force, "自") or FIRST,
        end=desk.day(force, "至", required=False),
        sources=desk.texts(at, "来源"),
        about=desk.optional(at, "适用日"),
        subject=desk.text(at, "对象"),
        results=results,
        inputs=inputs,
        parameters=parameters,
        rules=rules,
        actions=actions,
        cases=tuple(_cases(files["cases"], desk)),
        book=book,
        note=desk.optional(at, "说明"),
        replaces=desk.texts(at, "替代"),
        relations=relations,
        aggregates=aggregates,
    )


def _parameter(name: str, at: Lined, desk: Desk) -> Parameter | None:
    strange(at, _PARAMETER_KEYS, desk)
    unit, by = unit_of(at, desk), (unit_of(at, desk, "按") if "按" in at else "")
    checked = desk.day(at, "核对日期") is not None and yes(at, "核实", desk)
    listed = at.get("取值")
    if not unit or not isinstance(listed, Lined):
        desk.complain(at, "取值", "取值 应写成 {2021-01-01: 50万元}")
        return None
    versions: list[tuple[date, Given]] = []
    known: dict[date, date] = {}
    said: dict[date, tuple[str, str]] = {}
    for day, written in listed.items():
        since, value = _since(day, listed, desk), written
        if isinstance(written, Lined):  # {值: 50万元, 知悉: 2022-03-05}: known later than in force
            strange(written, {"值", "依据", "来源", "知悉"}, desk)
            learnt = desk.day(written, "知悉", required=False)
            if since and learnt:
                known[since] = learnt
            if since and "依据" in written:
                said[since] = (desk.text(written, "依据"), desk.text(written, "来源"))
            value = written.get("值")
        ok, given = _given(name, value, unit, by, listed, day, desk)
        if since and ok:
            versions.append((since, given))
    if not checked and not at.get("备注"):
        desk.complain(at, "核实", "没有核实的数要在备注里写明为什么")
    return Parameter(
        name,
        unit,
        by,
        tuple(sorted(versions, key=lambda v: v[0])),
        desk.text(at, "依据"),
        desk.text(at, "来源"),
        checked,
        desk.optional(at, "备注"),
        desk.optional(at, "说明"),
        known,
        said,
    )


def _since(key: object, at: Lined, desk: Desk) -> date | None:
    try:
        return date.fromisoformat(str(key))
    except ValueError:
        desk.complain(at, str(key), f"“{key}”应为日期，如 2021-07-09")
        return None


def _given(
    name: str, value: object, unit: str, by: str, at: Lined, key: str, desk: Desk
) -> tuple[bool, Given]:
    if value is None or value == UNPUBLISHED:
        return True, UNPUBLISHED if value else None
    if isinstance(value, list) and value and isinstance(value[0], Lined):
        if not by:
            desk.complain(at, key, f"“{name}”分了档，请用“按”写明按什么单位分档")
            return False, None
        table = _tiers(value, unit, by, desk)
        return table is not None, table
    number = _number(value, unit, at, key, desk)
    return number is not None, number


def _number(value: object, unit: str, at: Lined, key: str, desk: Desk) -> Number | None:
    if isinstance(value, list):
        ends = [amount(x, unit, at, key, desk) for x in value]
        if len(ends) != 2 or ends[0] is None or ends[1] is None:
            desk.complain(at, key, "区间应写成 [6分, 8分]")
            return None
        if ends[0] > ends[1]:
            desk.complain(at, key, "区间的下限大于上限")
            return None
        return Number(ends[0], ends[1])
    exact = amount(value, unit, at, key, desk)
    return None if exact is None else one(exact)


def _tiers(rows: list[Lined], unit: str, by: str, desk: Desk) -> Tiers | None:
    steps: list[Tier] = []
    upward = "至" in rows[0]
    for n, row in enumerate(rows):
        last = n == len(rows) - 1
        key = "其余" if "其余" in row else "至" if upward else "自"
        if (key == "其余") != last or key not in row:
            desk.complain(
                row, key, "分档要么都写“至”（上限递增），要么都写“自”（下限递减），最后一档写“其余”"
            )
            return None
        if last:
            value = _number(row["其余"], unit, row, "其余", desk)
            if value is None:
                return None
            steps.append(Tier(value))
            continue
        if "含" not in row:
            desk.complain(
                row, key, f"“{key} {row[key]}”没有写“含”，请核对原文，写 含: 是 或 含: 否"
            )
            return None
        bound, value = (
            amount(row[key], by, row, key, desk),
            _number(row.get("值"), unit, row, "值", desk),
        )
        if bound is None or value is None:
            return None
        steps.append(Tier(value, bound, yes(row, "含", desk)))
    bounds = [s.bound for s in steps if s.bound is not None]
    if bounds != sorted(set(bounds), reverse=not upward):
        desk.complain(rows[0], "至" if upward else "自", "各档的界没有依次递增（至）或递减（自）")
        return None
    return Tiers(tuple(steps), upward)


def _rule(name: str, at: Lined, desk: Desk) -> Rule | None:
    strange(at, {"公式", "单位", "依据", "来源"}, desk)
    unit, formula = unit_of(at, desk), at.get("公式")
    listed: Mapping[str, Any] = (
        formula if isinstance(formula, Lined) else {FIRST.isoformat(): formula}
    )
    where = formula if isinstance(formula, Lined) else at
    versions: list[tuple[date, str, Node | None]] = []
    for day, text in listed.items():
        key = day if isinstance(formula, Lined) else "公式"
        since = _since(day, where, desk) if isinstance(formula, Lined) else FIRST
        try:
            node = None if text is None else parse(str(text))
        except Invalid as e:
            desk.complain(where, key, Said("rules.named", name=name, error=e.words))
            continue
        if since:
            versions.append((since, str(text or ""), node))
    if formula is None:
        desk.complain(at, "公式", "缺少公式")
    if not unit or not versions:
        return None
    return Rule(
        name,
        unit,
        tuple(sorted(versions, key=lambda v: v[0])),
        desk.text(at, "依据"),
        desk.text(at, "来源"),
    )


def _action(name: str, at: Lined, inputs: Mapping[str, Input], desk: Desk) -> Action | None:
    effects: Any = at.get("作用") or {}
    strange = [n for n in effects if n not in inputs]
    if strange or not effects:
        desk.complain(at, "作用", f"作用要写输入和每步的增量；不认得 {'、'.join(strange)}")
        return None
    first = inputs[next(iter(effects))]
    step, limit = (amount(at.get(k), first.unit, at, k, desk) for k in ("步长", "上限"))
    if step is None or limit is None or step <= 0:
        return None
    cost = amount(at["成本"], "元", at, "成本", desk) if "成本" in at else None
    months = amount(at.get("提前", "0个月"), "个月", at, "提前", desk)
    return Action(
        name,
        {n: Fraction(str(x)) for n, x in effects.items()},
        step,
        limit,
        first.unit,
        None if cost is None else int(cost),
        int(months or 0),
        desk.optional(at, "说明"),
    )


def _cases(at: Lined | list[Lined], desk: Desk) -> Iterable[Case]:
    rows = at if isinstance(at, list) else at.get("cases") or []
    for row in rows:
        if not isinstance(row, Lined):
            continue
        strange(row, {"说明", "日期", "输入", "期望"}, desk)
        day = desk.day(row, "日期")
        if day:
            yield Case(
                desk.text(row, "说明"), day, row.get("输入") or {}, row.get("期望") or {}, row.line
            )


def read_change(
    path: Path, parameters: Mapping[str, Parameter]
) -> tuple[Overlay | None, list[Problem]]:
    """A proposed change: ``name: {取值: {day: value}}`` for parameters of the books, in their own
    units.
    """
    desk, changes = Desk(), {}
    try:
        content = load(path)
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as e:
        return None, [Problem(path, 1, f"读不出来：{e}")]
    for name, row in all_rows(content, desk) if isinstance(content, Lined) else ():
        listed = row.get("取值")
        if name not in parameters or not isinstance(listed, Lined) or len(listed) != 1:
            desk.complain(
                content, name, f"“{name}”应是书里的参数，写成 {{取值: {{2027-01-01: 值}}}}"
            )
            continue
        (day, value), known = next(iter(listed.items())), parameters[name]
        since = _since(day, listed, desk)
        ok, given = _given(name, value, known.unit, known.by, listed, day, desk)
        if since and ok:
            changes[name] = (since, given)
    if not changes and not desk.problems:
        desk.problems.append(Problem(path, 1, "没有写任何改动"))
    return (None if desk.problems else Overlay(changes)), desk.problems
