"""One subject, exactly, with the trace: clause, formula, values put in, source of each fact, what
is missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from . import values as v
from .fold import fold
from .law import Formula, Held, Law, parts
from .lawful import Lawful
from .packs import UNPUBLISHED, Input, Tiers
from .values import ABSENT, COMPARISONS, UNDEFINED, UNKNOWN, Lack, Number, Value


@dataclass(frozen=True)
class Step:
    """One rule as it was reckoned.

    ``used``: what stood for each name; ``missing``: inputs not given that it needed.
    """

    name: str
    value: Value
    unit: str
    formula: str
    clause: str
    source: str
    since: str
    policy: str
    used: tuple[tuple[str, Value, str], ...]
    parameters: tuple[Held, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Results for one subject, and the steps that led to them in order."""

    results: Mapping[str, Value]
    steps: tuple[Step, ...]
    missing: tuple[str, ...]
    unpublished: tuple[str, ...]


def assess(law: Law, given: Mapping[str, Value], wanted: Sequence[str]) -> Answer:
    """Reckon results for one subject.

    Args:
        given: Inputs that are known; what is not given cannot be told.
        wanted: Rules whose values are asked for.
    """
    env: dict[str, Value] = {}
    work = _Exact(law, given, env)
    steps = []
    for name in law.cone(wanted):
        formula = law.formulas[name]
        env[name] = fold(formula.node, work)
        steps.append(_step(law, formula, env, given, work))
    results = {name: env.get(name, ABSENT) for name in wanted}
    missing = tuple(n for n in law.needed(wanted) if given.get(n, UNKNOWN) is UNKNOWN)
    unpublished = tuple(
        dict.fromkeys(
            h.parameter.name for s in steps for h in s.parameters if h.value == UNPUBLISHED
        )
    )
    return Answer(results, tuple(steps), missing, unpublished)


def evaluate(
    law: Law,
    given: Mapping[str, Value],
    wanted: Sequence[str],
    fixed: Mapping[str, Value] | None = None,
) -> dict[str, Value]:
    """The same results without a trace.

    ``fixed``: rules that keep a value whatever they would be reckoned to.
    """
    env: dict[str, Value] = {}
    work = _Exact(law, given, env)
    for name in law.cone(wanted):
        held = (fixed or {}).get(name)
        env[name] = fold(law.formulas[name].node, work) if held is None else held
    return {name: env.get(name, ABSENT) for name in wanted}


def failing(law: Law, given: Mapping[str, Value], name: str) -> tuple[str, ...]:
    """The conditions joined by a rule that do not hold."""
    named = parts(law, name)
    found = evaluate(law, given, named)
    return tuple(n for n in named if found[n] is False)


def _step(
    law: Law, formula: Formula, env: Mapping[str, Value], given: Mapping[str, Value], work: "_Exact"
) -> Step:
    names = tuple(dict.fromkeys(formula.names))
    used = tuple(
        (n, work.named(n), law.inputs[n].where if n in law.inputs else "")
        for n in names
        if n not in law.held
    )
    rule = formula.rule
    return Step(
        rule.name,
        env[rule.name],
        rule.unit,
        formula.text,
        rule.clause,
        rule.source,
        formula.since.isoformat(),
        formula.policy.id,
        used,
        tuple(law.held[n] for n in names if n in law.held),
        tuple(n for n in names if n in law.inputs and given.get(n, UNKNOWN) is UNKNOWN),
    )


class _Exact(Lawful[Value]):
    """Values; 若 looks only at the branch it takes. ``env`` holds the rules reckoned so far."""

    def __init__(self, law: Law, given: Mapping[str, Value], env: Mapping[str, Value]) -> None:
        super().__init__(law)
        self.given, self.env = given, env

    def named(self, name: str) -> Value:
        return self.env[name] if name in self.env else super().named(name)

    def number(self, number: Number) -> Value:
        return number

    def fact(self, given: Input) -> Value:
        return self.given.get(given.name, UNKNOWN)

    def rule(self, name: str) -> Value:
        return self.env[name]

    def absent(self, name: str) -> Value:
        return ABSENT

    def unpublished(self, name: str) -> Value:
        return UNKNOWN

    def choose(self, test: Value, yes: Callable[[], Value], no: Callable[[], Value]) -> Value:
        if isinstance(test, Lack):
            return test
        return yes() if test is True else no()

    def stepped(self, value: Value, table: Tiers | None, name: str) -> Value:
        return step_of(table, value)

    def applied(self, op: str, args: Sequence[Value]) -> Value:
        return apply(op, args)


def step_of(table: Tiers | None, graded: Value) -> Value:
    """The step of a value; UNKNOWN where an interval falls into two, or no table is published."""
    if isinstance(graded, Lack):
        return graded
    if table is None or not isinstance(graded, Number):
        return UNKNOWN
    low, high = tier(table, graded.low), tier(table, graded.high)
    return low if low == high else UNKNOWN


def tier(table: Tiers, x: Fraction) -> Number:
    """The value of the step in which x falls."""
    for step in table.steps:
        if step.bound is None or (step.includes and x == step.bound):
            return step.value
        if (x < step.bound) if table.upward else (x > step.bound):
            return step.value
    raise AssertionError("the last step is the rest")


def apply(op: str, args: Sequence[Value]) -> Value:
    """An operator on values already reckoned."""
    if op == "and":
        return v.every(args)
    if op == "or":
        return v.some(args)
    if op == "not":
        return args[0] if isinstance(args[0], Lack) else args[0] is False
    if op == "计数":
        if any(a is ABSENT for a in args):
            return ABSENT
        sure = sum(a is True for a in args)
        return Number(Fraction(sure), Fraction(sure + sum(a is UNKNOWN for a in args)))
    lack = v.lacking(args)
    if lack is UNKNOWN and op == "/" and args[1] == v.one(0):
        lack = UNDEFINED  # whatever stands above, nothing is divided by zero
    if lack:
        return False if lack is UNDEFINED and op in COMPARISONS else lack
    return _reckon(op, [a for a in args if isinstance(a, Number)])


_DYADIC = {"+": v.add, "-": v.subtract, "*": v.multiply, "/": v.divide}


def _reckon(op: str, numbers: Sequence[Number]) -> Value:
    if op in COMPARISONS:
        return v.compare(op, numbers[0], numbers[1])
    if op in _DYADIC:
        return _DYADIC[op](numbers[0], numbers[1])
    first = numbers[0]
    if op == "neg":
        return Number(-first.high, -first.low)
    if op in ("取大", "取小"):
        pick = max if op == "取大" else min
        return Number(pick(n.low for n in numbers), pick(n.high for n in numbers))
    if op == "合计":
        return Number(
            sum((n.low for n in numbers), Fraction(0)), sum((n.high for n in numbers), Fraction(0))
        )
    shape = v.rounded if op == "四舍五入" else v.floored
    return Number(shape(first.low), shape(first.high))
