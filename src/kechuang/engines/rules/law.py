"""The law of a day: which parameters and formulas hold, in which order rules are reckoned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from kechuang.engines.base.errors import Invalid

from .language import Name, Node, names_in
from .packs import Given, Input, Overlay, Parameter, Policy, Rule


@dataclass(frozen=True)
class Held:
    """A parameter as it stands on the day: its value, since when, and whether a reform says so."""

    parameter: Parameter
    value: Given
    since: date | None
    proposed: bool = False


@dataclass(frozen=True)
class Formula:
    """A rule as it stands on the day."""

    rule: Rule
    text: str
    node: Node
    since: date
    policy: Policy


@dataclass(frozen=True)
class Law:
    """Everything in force on ``day``. Names of all policies share one space."""

    day: date
    policies: tuple[Policy, ...]
    inputs: Mapping[str, Input]
    held: Mapping[str, Held]
    formulas: Mapping[str, Formula]
    known: frozenset[str] = field(default_factory=frozenset)  # every rule's name, in force or not

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Rules so that what a rule needs comes before it."""
        return tuple(topological(self.formulas))

    def cone(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """The rules that some results rest on, in order."""
        seen: set[str] = set()
        todo = list(wanted)
        while todo:
            name = todo.pop()
            if name in self.formulas and name not in seen:
                seen.add(name)
                todo += names_in(self.formulas[name].node)
        return tuple(n for n in self.order if n in seen)

    def needed(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """The inputs that some results rest on, in the order in which they are met."""
        met = (n for rule in self.cone(wanted) for n in names_in(self.formulas[rule].node))
        return tuple(dict.fromkeys(n for n in met if n in self.inputs))


def at(policies: Sequence[Policy], day: date, reform: Overlay | None = None) -> Law:
    """The law of a day.

    Args:
        policies: All policies whose names may be used; those not in force give rules that are absent.
        reform: Parameters said otherwise; they win over the books' on and after their day.
    """
    held: dict[str, Held] = {}
    formulas: dict[str, Formula] = {}
    inputs: dict[str, Input] = {}
    over = reform.values if reform else {}
    for policy in policies:
        inputs.update(policy.inputs)
        for parameter in policy.parameters.values():
            held[parameter.name] = _held(parameter, day, over)
        if day < policy.start or (policy.end and day > policy.end):
            continue
        for rule in policy.rules.values():
            found = _version(rule.versions, day)
            if found and found[2] is not None:
                formulas[rule.name] = Formula(rule, found[1], found[2], found[0], policy)
    known = frozenset(name for p in policies for name in p.rules)
    return Law(day, tuple(policies), inputs, held, formulas, known)


def _version(
    versions: Sequence[tuple[date, str, Node | None]], day: date
) -> tuple[date, str, Node | None] | None:
    return max((v for v in versions if v[0] <= day), key=lambda v: v[0], default=None)


def _held(parameter: Parameter, day: date, over: Mapping[str, tuple[date, Given]]) -> Held:
    if parameter.name in over and over[parameter.name][0] <= day:
        since, value = over[parameter.name]
        return Held(parameter, value, since, True)
    past = [v for v in parameter.versions if v[0] <= day]
    if not past:
        return Held(parameter, None, None)
    since, value = max(past, key=lambda v: v[0])
    return Held(parameter, value, since)


def topological(formulas: Mapping[str, Formula]) -> list[str]:
    """Rules in order of need.

    Raises:
        Invalid: A cycle, with its way.
    """
    done: set[str] = set()
    order: list[str] = []
    for start in formulas:
        stack: list[tuple[str, list[str]]] = [(start, [start])]
        while stack:
            name, way = stack.pop()
            if name in done:
                continue
            needs = [n for n in names_in(formulas[name].node) if n in formulas and n not in done]
            if not needs:
                done.add(name)
                order.append(name)
                continue
            if found := next((n for n in needs if n in way), ""):
                circle = " → ".join([*way[way.index(found) :], found])
                raise Invalid(f"规则绕成了圈：{circle}", "formula", "rules.cycle")
            stack.append((name, way))
            stack += [(n, [*way, n]) for n in needs]
    return order


def parts(law: Law, name: str) -> tuple[str, ...]:
    """The named conditions that a rule joins by 且; the rule itself when it joins none by name."""
    named = (
        c.name for c in conditions(law, name) if isinstance(c, Name) and c.name in law.formulas
    )
    return tuple(dict.fromkeys(named)) or (name,)


def conditions(law: Law, name: str) -> tuple[Node, ...]:
    """The conditions that a rule joins by 且, through rules that only join others."""
    node = law.formulas[name].node if name in law.formulas else Name(name)
    return tuple(_flat(law, node))


def _flat(law: Law, node: Node) -> list[Node]:
    if isinstance(node, Name):
        inner = law.formulas.get(node.name)
        if inner and _is_and(inner.node):
            return _flat(law, inner.node)
        return [node]
    if _is_and(node):
        return [part for each in node.args for part in _flat(law, each)]  # type: ignore[union-attr]
    return [node]


def _is_and(node: Node) -> bool:
    return not isinstance(node, Name) and getattr(node, "op", "") == "and"
