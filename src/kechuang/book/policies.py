"""Policies of a book: folders of policy, parameters, rules and cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from kechuang.engines.base.sayings import Said
from kechuang.engines.rules import Action, Case, Input, Policy, Rule
from kechuang.engines.rules.language import Node

from . import law_shapes as law
from .desk import Desk, Problem
from .files import read_file
from .inputs import amount, formula, read_aggregates, read_inputs, read_relations
from .kinds import Shape
from .parameters import FIRST, read_parameter
from .references import SOURCES, named


@dataclass(frozen=True)
class _Folder:
    """The four files of a policy; what is not there is empty."""

    policy: law.PolicyFile
    parameters: Mapping[str, law.ParameterEntry]
    rules: Mapping[str, law.RuleEntry]
    cases: tuple[law.CaseEntry, ...]


def read_policies(folder: Path, desk: Desk) -> dict[str, Policy]:
    """All policies of a book's folder, by the name of theirs."""
    found: dict[str, Policy] = {}
    for path in sorted((folder / "policies").glob("*/policy.yaml")):
        files = _read(path.parent, desk)
        if files is not None:
            name = path.parent.name
            _remember(name, files, desk)
            found[name] = _policy(name, files, desk, folder.name)
    return found


def _read(folder: Path, desk: Desk) -> _Folder | None:
    before = len(desk.problems)
    policy = read_file(folder / "policy.yaml", law.PolicyFile, desk)
    parameters = read_file(folder / "parameters.yaml", law.ParametersFile, desk)
    rules = read_file(folder / "rules.yaml", law.RulesFile, desk)
    cases = read_file(folder / "cases.yaml", law.CasesFile, desk)
    if policy is None:
        if len(desk.problems) == before:
            desk.problems.append(Problem(folder / "policy.yaml", 1, Said("book.no_policy")))
        desk.lost |= {"policy.yaml", "rules.yaml"}
        return None
    return _Folder(
        policy,
        parameters.root if parameters else {},
        rules.root if rules else {},
        cases.root if cases else (),
    )


def _remember(name: str, files: _Folder, desk: Desk) -> None:
    """Where each name stands, for what is found wrong once all policies are read."""
    entries: dict[str, Mapping[str, Shape]] = {
        "policy": files.policy.inputs,
        "parameters": files.parameters,
        "rules": files.rules,
    }
    for where, held in entries.items():
        for key, entry in held.items():
            desk.homes[name, where, key] = entry.at


def _policy(identity: str, files: _Folder, desk: Desk, book: str) -> Policy:
    given = files.policy
    inputs = read_inputs(given.inputs, desk)
    relations = read_relations(given.relations, desk)
    parameters = {n: read_parameter(n, p, desk) for n, p in files.parameters.items()}
    rules = {n: _rule(n, r, desk) for n, r in files.rules.items()}
    actions = {n: _action(n, a, inputs, desk) for n, a in given.actions.items()}
    _check_force(given, desk)
    for name in given.results:
        if desk.missing(name, files.rules, "rules.yaml"):
            desk.complain(given.at, "结论", Said("book.no_rule", name=name))
    return Policy(
        id=identity,
        title=given.title,
        title_en=given.title_en,
        numbers=given.numbers,
        issuer=given.issuer,
        issued=given.issued,
        start=given.force.start,
        end=given.force.end or given.force.at_latest,
        end_exact=given.force.end is not None or given.force.at_latest is None,
        followed_by=given.force.followed_by,
        sources=given.sources,
        about=given.about,
        subject=given.subject,
        results=given.results,
        inputs=inputs,
        parameters={n: p for n, p in parameters.items() if p is not None},
        rules={n: r for n, r in rules.items() if r is not None},
        actions={n: a for n, a in actions.items() if a is not None},
        cases=tuple(_case(c) for c in files.cases),
        book=book,
        note=given.note,
        replaces=given.replaces,
        relations=relations,
        aggregates=read_aggregates(given.aggregates, inputs, relations, desk),
    )


def _check_force(given: law.PolicyFile, desk: Desk) -> None:
    """One end at most, not before the beginning; what was replaced has ended."""
    force = given.force
    ends = [d for d in (force.end, force.at_latest) if d is not None]
    if len(ends) > 1 or any(d < force.start for d in ends) or (force.followed_by and not ends):
        desk.complain(given.at, "施行", Said("book.end_of_force"))


def _rule(name: str, given: law.RuleEntry, desk: Desk) -> Rule | None:
    """A rule with all its versions; None, and lost, when none of them can be read."""
    named(desk, given.at, "来源", given.source, SOURCES)
    dated = given.formula if isinstance(given.formula, dict) else {FIRST: given.formula}
    versions: list[tuple[date, str, Node | None]] = []
    for day, text in dated.items():
        at = given.at.inner("公式")
        key = "公式" if at is given.at else day.isoformat()
        node = formula(name, text, at, key, desk) if text is not None else None
        if text is None or node is not None:
            versions.append((day, text or "", node))
    if not versions:
        desk.lost.add(name)
        return None
    ordered = tuple(sorted(versions, key=lambda v: v[0]))
    return Rule(name, given.unit, ordered, given.clause, given.source)


def _action(
    name: str, given: law.ActionEntry, inputs: Mapping[str, Input], desk: Desk
) -> Action | None:
    strange = [n for n in given.effects if desk.missing(n, inputs, "")]
    if strange:
        desk.complain(given.at, "作用", Said("book.effect_on_no_input", names=strange))
    first = inputs.get(next(iter(given.effects)))
    if strange or first is None:
        return None
    step = amount(given.step, first.unit, given.at, "步长", desk)
    limit = amount(given.limit, first.unit, given.at, "上限", desk)
    cost = amount(given.cost, "元", given.at, "成本", desk) if given.cost else None
    months = amount(given.lead, "个月", given.at, "提前", desk) if given.lead else Fraction(0)
    if step is not None and step <= 0:
        desk.complain(given.at, "步长", Said("book.step_not_positive"))
    if step is None or limit is None or months is None:
        return None
    return Action(
        name,
        {n: Fraction(x) for n, x in given.effects.items()},
        step,
        limit,
        first.unit,
        None if cost is None else int(cost),
        int(months),
        given.about,
    )


def _case(given: law.CaseEntry) -> Case:
    return Case(given.about, given.day, given.given, given.expected, given.at.line)
