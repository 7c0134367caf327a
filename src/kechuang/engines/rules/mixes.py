"""A rule as constraints for CP-SAT: the steps of actions are whole numbers, inputs move along them
in straight lines.

A comparison of two quotients is a linear constraint as long as no product of two moving quantities
is met; a graded value is a choice among its steps. What cannot be put so is said, never guessed.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ortools.sat.python import cp_model

from kechuang.engines.base.sayings import Said

from .gaps import room
from .law import Law
from .lawful import Unfolded
from .packs import Action, Input, Tiers
from .straight import CannotSay, Cases, Line, Quotient, combined, constant, plain, product, scaled
from .values import UNKNOWN, Number, Value

SECONDS = 2.0
OPTIMAL, INFEASIBLE = cp_model.OPTIMAL, cp_model.INFEASIBLE
_STRICT, _NEGATED = (
    {">=": False, "<=": False, ">": True, "<": True},
    {">=": "<", "<=": ">", ">": "<=", "<": ">="},
)
MOST_CASES = 5_000

Guards = tuple[Any, ...]
Condition = Callable[[bool, Guards], None]
"""Requires itself (or its opposite) wherever all guards hold."""
Part = Cases | Condition


class Model(Unfolded[Part]):
    """The constraints, and what a rule's parts are in them: numbers in cases, and conditions that
    can be required.
    """

    def __init__(self, law: Law, given: Mapping[str, Value], actions: Sequence[Action]) -> None:
        super().__init__(law)
        self.given, self.actions = given, actions
        self.model = cp_model.CpModel()
        self.steps = [self.model.new_int_var(0, room(law, given, a), a.name) for a in actions]
        self.model.minimize(
            sum((a.cost or 0) * k for a, k in zip(actions, self.steps, strict=True))
        )

    def require(self, name: str) -> None:
        """A rule is to be true.

        Raises:
            CannotSay: It is no linear constraint.
        """
        _condition(self.named(name))(True, ())

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

    def number(self, number: Number) -> Part:
        """A number that stands still."""
        return plain(number)

    def fact(self, given: Input) -> Part:
        """An input along the actions, or a condition that no action moves."""
        value = self.given.get(given.name, UNKNOWN)
        if given.unit == "是否":
            return lambda holds, guards: None if value is holds else self._never(guards)
        if not isinstance(value, Number):
            raise CannotSay(Said("plans.missing", name=given.name))
        terms = {
            n: a.effects[given.name] * a.step
            for n, a in enumerate(self.actions)
            if given.name in a.effects
        }
        low, high = (Quotient(Line(terms, e)) for e in (value.low, value.high))
        return Cases((((), low, high),))

    def absent(self, name: str) -> Part:
        """A condition that never holds; a number that cannot be said."""
        if any(name in p.rules and p.rules[name].unit == "是否" for p in self.law.policies):
            return lambda _, guards: self._never(guards)
        raise CannotSay(Said("plans.unpublished", name=name))

    def unpublished(self, name: str) -> Part:
        """A number that cannot be said."""
        raise CannotSay(Said("plans.unpublished", name=name))

    def choose(self, test: Part, yes: Callable[[], Part], no: Callable[[], Part]) -> Part:
        """The cases of both branches, each under its condition."""
        flag = self.model.new_bool_var("")
        asked = _condition(test)
        asked(True, (flag,))
        asked(False, (flag.negated(),))
        cases = []
        for guard, branch in ((flag, yes), (flag.negated(), no)):
            cases += [((*g, guard), a, b) for g, a, b in _number(branch()).cases]
        return Cases(tuple(cases))

    def stepped(self, value: Part, table: Tiers | None, name: str) -> Part:
        """One literal a step; the graded number, at both its ends, lies in the step that is
        chosen.
        """
        if table is None:
            raise CannotSay(Said("plans.unpublished", name=name))
        flags = [self.model.new_bool_var("") for _ in table.steps]
        self.model.add_exactly_one(flags)
        for place, flag in enumerate(flags):
            for guards, low, high in _number(value).cases:
                self._inside(table, place, low, high, (*guards, flag))
        return Cases(
            tuple(
                ((f,), constant(s.value.low), constant(s.value.high))
                for f, s in zip(flags, table.steps, strict=True)
            )
        )

    def applied(self, op: str, args: Sequence[Part]) -> Part:
        """A condition that can be required, or a number in cases."""
        if op == "not":
            inner = _condition(args[0])
            return lambda holds, guards: inner(not holds, guards)
        if op in ("and", "or"):
            conditions = [_condition(a) for a in args]
            return lambda holds, guards: self._joined(
                conditions, (op == "and") == holds, holds, guards
            )
        if op in _STRICT:
            left, right = _number(args[0]), _number(args[1])
            return lambda holds, guards: self._compare(
                left, right, op if holds else _NEGATED[op], guards
            )
        if op in ("==", "!="):
            left, right = _number(args[0]), _number(args[1])
            return lambda holds, guards: self._equal(left, right, (op == "==") == holds, guards)
        if op in ("+", "-", "*", "/", "合计", "neg"):
            return _reckoned(op, [_number(a) for a in args])
        raise CannotSay(Said("plans.operator", op=op))

    def _never(self, guards: Guards) -> None:
        self.model.add_bool_or([g.negated() for g in guards])

    def _joined(
        self, conditions: Sequence[Condition], all_of_them: bool, holds: bool, guards: Guards
    ) -> None:
        if all_of_them:
            for each in conditions:
                each(holds, guards)
            return
        ways = []
        for each in conditions:
            flag = self.model.new_bool_var("")
            each(holds, (*guards, flag))
            ways.append(flag)
        self.model.add_bool_or([*ways, *(g.negated() for g in guards)])

    def _equal(self, left: Cases, right: Cases, equal: bool, guards: Guards) -> None:
        if equal:
            self._compare(left, right, ">=", guards)
            self._compare(left, right, "<=", guards)
            return
        flag = self.model.new_bool_var("")
        self._compare(left, right, ">", (*guards, flag))
        self._compare(left, right, "<", (*guards, flag.negated()))

    def _compare(self, left: Cases, right: Cases, op: str, guards: Guards) -> None:
        """For every pair of cases: the worst ends still compare so."""
        if op in ("<", "<="):
            left, right, op = right, left, {"<": ">", "<=": ">="}[op]
        for la, low, _ in left.cases:
            for rb, _, high in right.cases:
                self._bound(low, high, op == ">", (*guards, *la, *rb))

    def _bound(self, a: Quotient, b: Quotient, strict: bool, guards: Guards) -> None:
        """a ≥ b (or >) under the guards."""
        line = product(a.num, b.den).plus(product(b.num, a.den), -1)
        for den in (a.den, b.den):
            if not den.fixed:
                self._at_least(den, Fraction(0), True, guards)
            elif den.rest <= 0:
                self._never(guards)
        self._at_least(line, Fraction(0), strict, guards)

    def _at_least(self, line: Line, low: Fraction, strict: bool, guards: Guards) -> None:
        scale = math.lcm(*(c.denominator for c in (*line.terms.values(), line.rest, low)))
        terms = [(self.steps[v], int(c * scale)) for v, c in line.terms.items()]
        rest = int((line.rest - low) * scale)
        if not terms:
            if rest < (1 if strict else 0):
                self._never(guards)
            return
        try:
            constraint = self.model.add(sum(v * c for v, c in terms) + rest >= (1 if strict else 0))
        except (TypeError, OverflowError) as e:  # a coefficient beyond 64 bits
            raise CannotSay(Said("plans.too_large")) from e
        if guards:
            constraint.only_enforce_if(list(guards))

    def _inside(
        self, table: Tiers, place: int, low: Quotient, high: Quotient, guards: Guards
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


def _condition(part: Part) -> Condition:
    if isinstance(part, Cases):
        raise CannotSay(Said("plans.condition"))
    return part


def _number(part: Part) -> Cases:
    if not isinstance(part, Cases):
        raise CannotSay(Said("plans.condition"))
    return part


def _reckoned(op: str, args: Sequence[Cases]) -> Cases:
    found = args[0]
    if op == "neg":
        return Cases(tuple((g, scaled(b, -1), scaled(a, -1)) for g, a, b in found.cases))
    for other in args[1:]:
        found = Cases(
            tuple(
                ((*ga, *gb), *combined(op, (a, b), (c, d)))
                for ga, a, b in found.cases
                for gb, c, d in other.cases
            )
        )
        if len(found.cases) > MOST_CASES:
            raise CannotSay(Said("plans.tiers_too_many"))
    return found
