"""The law of a day: which parameters and formulas hold, in which order rules are reckoned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from kechuang.engines.base.errors import Invalid

from .fold import names_in
from .language import Apply, Name, Node
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

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name it uses, in order, with repeats."""
        return names_in(self.node)


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

    def of(self, policy: Policy) -> tuple[str, ...]:
        """The rules in force that a policy says itself: one that ended says nothing any more,
        though the text that replaced it uses the same name.
        """
        return tuple(n for n, f in self.formulas.items() if f.policy.id == policy.id)

    def cone(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """The rules that some results rest on, in order."""
        asked = tuple(wanted)
        if asked not in self._cones:
            self._cones[asked] = self._cone(asked)
        return self._cones[asked]

    @cached_property
    def _cones(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        return {}

    def _cone(self, wanted: Iterable[str]) -> tuple[str, ...]:
        seen: set[str] = set()
        todo = list(wanted)
        while todo:
            name = todo.pop()
            if name in self.formulas and name not in seen:
                seen.add(name)
                todo += self.formulas[name].names
        return tuple(n for n in self.order if n in seen)

    def needed(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """The inputs that some results rest on, in the order in which they are met."""
        met = (n for rule in self.cone(wanted) for n in self.formulas[rule].names)
        return tuple(dict.fromkeys(n for n in met if n in self.inputs))


def at(
    policies: Sequence[Policy], day: date, reform: Overlay | None = None, known: date | None = None
) -> Law:
    """The law of a day.

    Args:
        policies: All policies whose names may be used; those not in force give rules that are
            absent.
        reform: Parameters said otherwise; they win over the books' on and after their day.
        known: The law as it was known on that day: what was published later is left out, though
            it reaches back.
    """
    if known is not None:
        policies = [_as_known(p, known) for p in policies]
    held: dict[str, Held] = {}
    formulas: dict[str, Formula] = {}
    inputs: dict[str, Input] = {}
    over = reform.values if reform else {}
    for policy in policies:
        inputs.update(policy.inputs)
        for parameter in policy.parameters.values():
            held[parameter.name] = _held(parameter, day, over)
        if not policy.holds(day):
            continue
        for rule in policy.rules.values():
            found = _version(rule.versions, day)
            if found and found[2] is not None:
                formulas[rule.name] = Formula(rule, found[1], found[2], found[0], policy)
    names = frozenset(name for p in policies for name in p.rules)
    return Law(day, tuple(policies), inputs, held, formulas, names)


def _as_known(policy: Policy, known: date) -> Policy:
    """A policy without what nobody could know on that day; one that was not published yet has no
    rules then.
    """
    if policy.known > known:
        return replace(
            policy,
            rules={n: replace(r, versions=()) for n, r in policy.rules.items()},
            parameters={n: replace(p, versions=()) for n, p in policy.parameters.items()},
        )
    return replace(
        policy,
        parameters={
            n: replace(
                p, versions=tuple(v for v in p.versions if p.known.get(v[0], known) <= known)
            )
            for n, p in policy.parameters.items()
        },
    )


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
            needs = [n for n in formulas[name].names if n in formulas and n not in done]
            if not needs:
                done.add(name)
                order.append(name)
                continue
            if found := next((n for n in needs if n in way), ""):
                circle = " → ".join([*way[way.index(found) :], found])
                raise Invalid("rules.cycle", "formula", circle=circle)
            stack.append((name, way))
            stack += [(n, [*way, n]) for n in needs]
    return order


def parts(law: Law, name: str) -> tuple[str, ...]:
    """The named conditions that a rule joins by 且, each as deep as names go.

    A rule that joins something without a name (a comparison, an 或) stands for itself.
    """
    joined = _joined(law.formulas[name].node) if name in law.formulas else []
    named = [n.name for n in joined if isinstance(n, Name) and n.name in law.formulas]
    if not named:
        return (name,)
    deeper = [p for n in named for p in parts(law, n)]
    return tuple(dict.fromkeys([*deeper, *([name] if len(named) < len(joined) else [])]))


def _joined(node: Node) -> list[Node]:
    if isinstance(node, Apply) and node.op == "and":
        return [n for each in node.args for n in _joined(each)]
    return [node]
