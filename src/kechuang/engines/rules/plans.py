"""The cheapest ways up: which actions together make a rule hold, at the least cost.

Solved by CP-SAT, checked exactly.

Steps of an action are whole numbers; inputs move along them in straight lines. A comparison of
two quotients is a linear
constraint as long as no product of two moving quantities is met; a graded value is a choice among
its steps. What cannot
be put so (rounding, a product of moving inputs) is said, never guessed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ortools.sat.python import cp_model

from kechuang.engines.base.sayings import Said

from .exact import evaluate
from .gaps import moved_by, room, tiers_moved
from .language import Apply, Literal, Name, Node
from .law import Law
from .packs import Action, Tiers
from .straight import CannotSay, Cases, Line, Quotient, combined, constant, plain, product, scaled
from .values import UNKNOWN, Number, Value

SECONDS = 2.0
SPARE = 3  # further mixes looked at should one fail the exact check
OPTIMAL, INFEASIBLE = cp_model.OPTIMAL, cp_model.INFEASIBLE
_STRICT, _NEGATED = (
    {">=": False, "<=": False, ">": True, "<": True},
    {">=": "<", "<=": ">", ">": "<=", "<": ">="},
)


@dataclass(frozen=True)
class Plan:
    """Actions with their number of steps that together suffice; ``cost`` in fen.

    ``tiers``: graded rules that change their step on the way; ``by_tier``: it suffices only
    because a requirement
    became milder, so it is to be looked at twice. ``months``: the longest lead.
    """

    steps: tuple[tuple[Action, int], ...]
    cost: int
    tiers: tuple[str, ...]
    by_tier: bool
    months: int


@dataclass(frozen=True)
class Plans:
    """The cheapest plans, each with another set of actions; or why there are none."""

    found: tuple[Plan, ...]
    why: str = ""


def plans(
    law: Law,
    given: Mapping[str, Value],
    wanted: str | Sequence[str],
    actions: Sequence[Action],
    most: int = 3,
) -> Plans:
    """The cheapest mixes of actions after which ``wanted`` is true.

    Args:
        wanted: A rule, or several that are all to hold.
        actions: Only those with a cost take part.
        most: How many plans, each with another set of actions.
    """
    names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    priced = [a for a in actions if a.cost is not None and _known(given, a)]
    if not priced:
        return Plans((), Said("plans.no_actions"))
    try:
        model = _Model(law, given, priced)
        for name in names:
            model.require(law.formulas[name].node, True, ())
        return _searched(model, law, given, names, priced, most)
    except CannotSay as e:
        return Plans((), str(e))


def _searched(
    model: "_Model",
    law: Law,
    given: Mapping[str, Value],
    names: Sequence[str],
    priced: Sequence[Action],
    most: int,
) -> Plans:
    """Mixes, the cheapest first; a mix that fails the exact check is passed over, not counted."""
    found: list[Plan] = []
    failed = 0
    for _ in range(most + SPARE):
        outcome, steps = model.solve()
        if outcome != OPTIMAL:
            break
        if plan := _checked(law, given, names, priced, steps):
            found.append(plan)
        failed += plan is None
        if len(found) == most:
            break
        model.forbid(steps)
    if found:
        return Plans(tuple(found))
    return Plans(
        (),
        Said("plans.not_enough")
        if outcome == INFEASIBLE and (not failed)
        else Said("plans.out_of_time"),
    )


def _known(given: Mapping[str, Value], action: Action) -> bool:
    return all(isinstance(given.get(n, UNKNOWN), Number) for n in action.effects)


def _checked(
    law: Law,
    given: Mapping[str, Value],
    wanted: Sequence[str],
    actions: Sequence[Action],
    steps: Sequence[int],
) -> Plan | None:
    used = tuple((a, k) for a, k in zip(actions, steps, strict=True) if k)
    after = moved_by(given, used)
    if not _holds(law, after, wanted):
        return None
    tiers = tiers_moved(law, given, after, *wanted)
    cost = sum((a.cost or 0) * k for a, k in used)
    return Plan(
        used,
        cost,
        tiers,
        bool(tiers) and _by_tier(law, given, after, wanted, tiers),
        max((a.lead_months for a, _ in used), default=0),
    )


def _by_tier(
    law: Law,
    given: Mapping[str, Value],
    after: Mapping[str, Value],
    wanted: Sequence[str],
    tiers: Sequence[str],
) -> bool:
    """Whether it would fail had the graded requirements stayed as they were."""
    before = evaluate(law, given, tiers)
    held = {n: v for n, v in before.items() if isinstance(v, Number)}
    return not _holds(law, after, wanted, held)


def _holds(
    law: Law,
    given: Mapping[str, Value],
    wanted: Sequence[str],
    fixed: Mapping[str, Value] | None = None,
) -> bool:
    return all(v is True for v in evaluate(law, given, wanted, fixed).values())


class _Model:
    """The constraints, and the way from names to lines."""

    def __init__(self, law: Law, given: Mapping[str, Value], actions: Sequence[Action]) -> None:
        self.law, self.given, self.actions = law, given, actions
        self.model = cp_model.CpModel()
        self.steps = [self.model.new_int_var(0, room(law, given, a), a.name) for a in actions]
        self.vars: list[Any] = list(self.steps)
        self.known: dict[str, Cases] = {}
        self.model.minimize(
            sum((a.cost or 0) * k for a, k in zip(actions, self.steps, strict=True))
        )

    def solve(self) -> tuple[Any, list[int]]:
        """How the search ended, and the steps if they are the cheapest there are."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers, solver.parameters.random_seed = 1, 0
        solver.parameters.max_time_in_seconds = SECONDS
        try:
            outcome = solver.solve(self.model)
        except (TypeError, OverflowError) as e:  # a coefficient beyond 64 bits
            raise CannotSay(Said("plans.too_large")) from e
        if outcome == cp_model.MODEL_INVALID:
            raise CannotSay(Said("plans.too_large"))
        return outcome, [solver.value(k) for k in self.steps] if outcome == OPTIMAL else []

    def forbid(self, steps: Sequence[int]) -> None:
        """The next plan is to do without one of the actions used: the same with something added
        on top is no other plan.
        """
        without = []
        for k, was in zip(self.steps, steps, strict=True):
            if was:
                flag = self.model.new_bool_var("")
                self.model.add(k == 0).only_enforce_if(flag)
                without.append(flag)
        self.model.add_bool_or(without)

    def require(self, node: Node, holds: bool, guards: tuple[Any, ...]) -> None:
        """The node is true (or false) whenever all guards hold."""
        if isinstance(node, Name):
            self._require_name(node.name, holds, guards)
        elif isinstance(node, Apply) and node.op == "not":
            self.require(node.args[0], not holds, guards)
        elif isinstance(node, Apply) and node.op in ("and", "or"):
            self._require_joined(node, holds, guards)
        elif isinstance(node, Apply) and node.op in _STRICT:
            self._compare(node, node.op if holds else _NEGATED[node.op], guards)
        elif isinstance(node, Apply) and node.op in ("==", "!="):
            self._require_equal(node, (node.op == "==") == holds, guards)
        else:
            raise CannotSay(Said("plans.condition"))

    def _require_name(self, name: str, holds: bool, guards: tuple[Any, ...]) -> None:
        if name in self.law.formulas:
            self.require(self.law.formulas[name].node, holds, guards)
        elif self.given.get(name, UNKNOWN) is not holds:
            self._never(guards)

    def _never(self, guards: tuple[Any, ...]) -> None:
        if guards:
            self.model.add_bool_or([g.negated() for g in guards])
        else:
            self.model.add_bool_or([])

    def _require_joined(self, node: Apply, holds: bool, guards: tuple[Any, ...]) -> None:
        if (node.op == "and") == holds:
            for each in node.args:
                self.require(each, holds, guards)
            return
        ways = []
        for each in node.args:
            flag = self.model.new_bool_var("")
            self.require(each, holds, (*guards, flag))
            ways.append(flag)
        self.model.add_bool_or([*ways, *(g.negated() for g in guards)])

    def _require_equal(self, node: Apply, equal: bool, guards: tuple[Any, ...]) -> None:
        if equal:
            self._compare(node, ">=", guards)
            self._compare(node, "<=", guards)
            return
        flag = self.model.new_bool_var("")
        self._compare(node, ">", (*guards, flag))
        self._compare(node, "<", (*guards, flag.negated()))

    def _compare(self, node: Apply, op: str, guards: tuple[Any, ...]) -> None:
        """For every pair of cases: the worst ends still compare so."""
        left, right = self.number(node.args[0]), self.number(node.args[1])
        if op in ("<", "<="):
            left, right, op = right, left, {"<": ">", "<=": ">="}[op]
        for la, low, _ in left.cases:
            for rb, _, high in right.cases:
                self._bound(low, high, op == ">", (*guards, *la, *rb))

    def _bound(self, a: Quotient, b: Quotient, strict: bool, guards: tuple[Any, ...]) -> None:
        """a ≥ b (or >) under the guards."""
        line = product(a.num, b.den).plus(product(b.num, a.den), -1)
        for den in (a.den, b.den):
            if not den.fixed:
                self._at_least(den, Fraction(0), True, guards)
            elif den.rest <= 0:
                self._never(guards)
        self._at_least(line, Fraction(0), strict, guards)

    def _at_least(self, line: Line, low: Fraction, strict: bool, guards: tuple[Any, ...]) -> None:
        scale = math.lcm(*(c.denominator for c in (*line.terms.values(), line.rest, low)))
        terms = [(self.vars[v], int(c * scale)) for v, c in line.terms.items()]
        rest = int((line.rest - low) * scale)
        if not terms:
            if rest < (1 if strict else 0):
                self._never(guards)
            return
        constraint = self.model.add(sum(v * c for v, c in terms) + rest >= (1 if strict else 0))
        if guards:
            constraint.only_enforce_if(list(guards))

    def number(self, node: Node) -> Cases:
        """A number along the actions."""
        if isinstance(node, Literal):
            return plain(Number(node.value, node.value))
        if isinstance(node, Name):
            if node.name not in self.known:
                self.known[node.name] = self._named(node.name)
            return self.known[node.name]
        if node.op == "分档":
            return self._tier(node)
        if node.op == "若":
            return self._either(node)
        if node.op in ("+", "-", "*", "/", "合计", "neg"):
            return self._reckoned(node)
        raise CannotSay(Said("plans.operator", op=node.op))

    def _named(self, name: str) -> Cases:
        if name in self.law.formulas:
            return self.number(self.law.formulas[name].node)
        if name in self.law.inputs:
            value = self.given.get(name, UNKNOWN)
            if not isinstance(value, Number):
                raise CannotSay(Said("plans.missing", name=name))
            terms = {
                n: a.effects[name] * a.step for n, a in enumerate(self.actions) if name in a.effects
            }
            ends = [Quotient(Line(terms, e)) for e in (value.low, value.high)]
            return Cases((((), ends[0], ends[1]),))
        held = self.law.held.get(name)
        if held is None or not isinstance(held.value, Number):
            raise CannotSay(Said("plans.unpublished", name=name))
        return plain(held.value)

    def _tier(self, node: Apply) -> Cases:
        """One literal a step; the graded number, at both its ends, lies in the step that is
        chosen.
        """
        table = node.args[1]
        held = self.law.held[table.name] if isinstance(table, Name) else None
        if held is None or not isinstance(held.value, Tiers):
            raise CannotSay(Said("plans.tier_unpublished"))
        graded = self.number(node.args[0])
        flags = [self.model.new_bool_var("") for _ in held.value.steps]
        self.model.add_exactly_one(flags)
        for place, flag in enumerate(flags):
            for guards, low, high in graded.cases:
                self._inside(held.value, place, low, high, (*guards, flag))
        return Cases(
            tuple(
                ((f,), constant(s.value.low), constant(s.value.high))
                for f, s in zip(flags, held.value.steps, strict=True)
            )
        )

    def _inside(
        self, table: Tiers, place: int, low: Quotient, high: Quotient, guards: tuple[Any, ...]
    ) -> None:
        step = table.steps[place]
        if step.bound is not None:
            bound = constant(step.bound)
            if table.upward:
                self._bound(bound, high, not step.includes, guards)
            else:
                self._bound(low, bound, not step.includes, guards)
        if place:
            before = table.steps[place - 1]
            assert before.bound is not None
            bound = constant(before.bound)
            if table.upward:
                self._bound(low, bound, before.includes, guards)
            else:
                self._bound(bound, high, before.includes, guards)

    def _either(self, node: Apply) -> Cases:
        yes, no = self.model.new_bool_var(""), None
        self.require(node.args[0], True, (yes,))
        no = yes.negated()
        self.require(node.args[0], False, (no,))
        cases = []
        for flag, branch in ((yes, node.args[1]), (no, node.args[2])):
            cases += [((*g, flag), a, b) for g, a, b in self.number(branch).cases]
        return Cases(tuple(cases))

    def _reckoned(self, node: Apply) -> Cases:
        found = self.number(node.args[0])
        if node.op == "neg":
            return Cases(tuple((g, scaled(b, -1), scaled(a, -1)) for g, a, b in found.cases))
        for each in node.args[1:]:
            other = self.number(each)
            found = Cases(
                tuple(
                    ((*ga, *gb), *combined(node.op, (a, b), (c, d)))
                    for ga, a, b in found.cases
                    for gb, c, d in other.cases
                )
            )
            if len(found.cases) > 5_000:
                raise CannotSay(Said("plans.tiers_too_many"))
        return found
