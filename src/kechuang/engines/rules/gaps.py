"""What a subject lacks: the least amount of an action that makes a rule hold, found across every
breakpoint.

Inputs move along an action as straight lines in the number of steps k. Along the branch that is
taken at k every number
is a ratio of polynomials in k, so every comparison met says exactly at which whole k it turns.
Between two such k nothing
changes. The walk from one to the next therefore misses nothing, also where passing fails again
further on (a higher
turnover may fall into a stricter tier). What is found is checked by the exact evaluator.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kechuang.engines.base.sayings import Said

from . import polynomials as poly
from .check import in_words
from .exact import apply, evaluate, step_of
from .language import Apply, Node
from .law import Law
from .lawful import Unfolded
from .packs import Action, Input, Tiers
from .polynomials import Poly
from .values import ABSENT, COMPARISONS, UNKNOWN, Lack, Number, Value, one

MOST_BREAKS = 400


@dataclass(frozen=True)
class Gap:
    """``steps`` of an action suffice and no fewer do; None when none up to the limit does, with
    ``why``.

    ``amount`` is in the action's unit's count, ``cost`` in fen. ``tiers`` are graded rules whose
    step changes on the way:
    a plan that wins only by them is to be looked at twice.
    """

    action: Action
    steps: int | None
    amount: Fraction = Fraction(0)
    cost: int | None = None
    tiers: tuple[str, ...] = ()
    why: Said | None = None

    @property
    def words(self) -> str:
        """The amount in words."""
        return in_words(one(self.amount), self.action.unit)


def moved(given: Mapping[str, Value], action: Action, steps: int) -> dict[str, Value]:
    """Inputs after so many steps of an action."""
    made = dict(given)
    for name, effect in action.effects.items():
        start = made.get(name, UNKNOWN)
        if isinstance(start, Number):
            by = effect * action.step * steps
            made[name] = Number(start.low + by, start.high + by)
    return made


def room(law: Law, given: Mapping[str, Value], action: Action) -> int:
    """The most steps: the action's limit, and no input beyond what it can possibly be."""
    most = int(action.limit / action.step)
    for name, effect in action.effects.items():
        value, by = given.get(name, UNKNOWN), effect * action.step
        if isinstance(value, Number) and by and name in law.inputs:
            bounds = law.inputs[name]
            way = (bounds.high - value.high) / by if by > 0 else (bounds.low - value.low) / by
            most = min(most, max(int(way), 0))
    return most


def moved_by(given: Mapping[str, Value], steps: Sequence[tuple[Action, int]]) -> dict[str, Value]:
    """Inputs after several actions."""
    made = dict(given)
    for action, count in steps:
        made = moved(made, action, count)
    return made


def tiers_moved(
    law: Law, before: Mapping[str, Value], after: Mapping[str, Value], *wanted: str
) -> tuple[str, ...]:
    """Graded rules below ``wanted`` whose value is another one afterwards."""
    graded = [n for n in law.cone(wanted) if _is_tier(law.formulas[n].node)]
    was, now = (evaluate(law, g, graded) for g in (before, after))
    return tuple(n for n in graded if was[n] != now[n])


def gap(law: Law, given: Mapping[str, Value], wanted: str, action: Action) -> Gap:
    """The least number of steps after which ``wanted`` is true."""
    if evaluate(law, given, [wanted])[wanted] is True:
        return _found(law, given, wanted, action, 0)
    needed = set(law.needed([wanted]))
    blank = [n for n in action.effects if not isinstance(given.get(n, UNKNOWN), Number)]
    if unknown := [n for n in blank if n in needed]:
        return Gap(action, None, why=Said("gaps.missing", names=unknown))
    limit = room(law, given, action)
    k, breaks = 0, 0
    while k <= limit:
        walk = _Walk(law, given, action, k)
        if walk.named(wanted).now is True:
            return _found(law, given, wanted, action, k)
        if walk.opaque:
            return Gap(action, None, why=Said("gaps.rounded", rule=walk.opaque))
        following = walk.next_break(limit)
        breaks += 1
        if following is None:
            break
        if breaks > MOST_BREAKS:
            searched = in_words(one(action.step * k), action.unit)
            return Gap(action, None, why=Said("gaps.unfinished", most=searched))
        k = following
    if not limit:
        return Gap(action, None, why=Said("gaps.no_room"))
    searched = in_words(one(action.step * limit), action.unit)
    return Gap(action, None, why=Said("gaps.not_enough", most=searched))


def gaps(law: Law, given: Mapping[str, Value], wanted: str, actions: Sequence[Action]) -> list[Gap]:
    """Every action that moves something the rule rests on, alone: the cheapest first, those that
    do not suffice at the end.
    """
    needed = set(law.needed([wanted]))
    found = [gap(law, given, wanted, a) for a in actions if needed & set(a.effects)]
    return cheapest_first(found)


def cheapest_first(found: Sequence[Gap]) -> list[Gap]:
    """By cost; those without one after, those that do not suffice at the end."""
    return sorted(found, key=lambda g: (g.steps is None, g.cost is None, g.cost or 0))


def reached(action: Action, steps: int, tiers: tuple[str, ...] = ()) -> Gap:
    """So many steps suffice."""
    cost = None if action.cost is None else action.cost * steps
    return Gap(action, steps, action.step * steps, cost, tiers)


def _found(law: Law, given: Mapping[str, Value], wanted: str, action: Action, k: int) -> Gap:
    after = moved(given, action, k)
    assert evaluate(law, after, [wanted])[wanted] is True
    assert k == 0 or evaluate(law, moved(given, action, k - 1), [wanted])[wanted] is not True
    return reached(action, k, tiers_moved(law, given, after, wanted))


def _is_tier(node: Node) -> bool:
    return isinstance(node, Apply) and node.op == "分档"


@dataclass(frozen=True)
class _Along:
    """A value at k, and for numbers what both ends are along the action: (numerator, denominator)."""

    now: Value
    low: tuple[Poly, Poly] | None = None
    high: tuple[Poly, Poly] | None = None


_ONE: Poly = (Fraction(1),)


def _constant(number: Number) -> _Along:
    return _Along(number, ((number.low,), _ONE), ((number.high,), _ONE))


def _whole(now: Value) -> _Along:
    """What does not move between two breaks."""
    return _constant(now) if isinstance(now, Number) else _Along(now)


class _Walk(Unfolded[_Along]):
    """One evaluation at k that remembers every polynomial on whose sign the way taken rests."""

    def __init__(self, law: Law, given: Mapping[str, Value], action: Action, k: int) -> None:
        super().__init__(law)
        self.given, self.action, self.k = given, action, k
        self.signs: set[Poly] = set()
        self.opaque = ""
        self.inside = ""

    def next_break(self, limit: int) -> int | None:
        """The next k at which some comparison may turn."""
        found = [m for p in self.signs for m in poly.changes(p, self.k, limit)[:1]]
        return min(found, default=None)

    def number(self, number: Number) -> _Along:
        return _constant(number)

    def fact(self, given: Input) -> _Along:
        start = self.given.get(given.name, UNKNOWN)
        if not isinstance(start, Number) or given.name not in self.action.effects:
            return _whole(start)
        by = self.action.effects[given.name] * self.action.step
        now = Number(start.low + by * self.k, start.high + by * self.k)
        return _Along(now, ((start.low, by), _ONE), ((start.high, by), _ONE))

    def rule(self, name: str) -> _Along:
        outside, self.inside = self.inside, name
        found = super().rule(name)
        self.inside = outside
        return found

    def absent(self, name: str) -> _Along:
        return _Along(ABSENT)

    def unpublished(self, name: str) -> _Along:
        return _Along(UNKNOWN)

    def choose(self, test: _Along, yes: Callable[[], _Along], no: Callable[[], _Along]) -> _Along:
        if isinstance(test.now, Lack):
            return _Along(test.now)
        return yes() if test.now is True else no()

    def stepped(self, value: _Along, table: Tiers | None, name: str) -> _Along:
        for step in table.steps if table and value.low else ():
            if step.bound is not None:
                self._watch(">=", (value, _constant(one(step.bound))))
        return _whole(step_of(table, value.now))

    def applied(self, op: str, args: Sequence[_Along]) -> _Along:
        now = apply(op, [a.now for a in args])
        if op in COMPARISONS or (op == "/" and args[1].low):
            self._watch(op, args)
        if not isinstance(now, Number) or op == "计数":
            return _whole(now)
        if op in ("四舍五入", "舍去"):
            self.opaque = self.opaque or self.inside
            return _constant(now)
        if op in ("取大", "取小"):
            return self._pick(op, args, now)
        return _Along(now, *_lines(op, args, now, self.k))

    def _watch(self, op: str, args: Sequence[_Along]) -> None:
        """Signs on which a comparison, or a division's being possible, rests."""
        if op == "/":
            self.signs |= {e[0] for e in (args[1].low, args[1].high) if e}
            return
        for a in (args[0].low, args[0].high):
            for b in (args[1].low, args[1].high):
                if a and b:
                    self.signs |= {
                        poly.plus(poly.times(a[0], b[1]), poly.times(b[0], a[1]), -1),
                        a[1],
                        b[1],
                    }

    def _pick(self, op: str, args: Sequence[_Along], now: Number) -> _Along:
        for n, a in enumerate(args):
            for b in args[n + 1 :]:
                self._watch(">=", (a, b))
        ends = []
        for side, wanted in (("low", now.low), ("high", now.high)):
            values = [(getattr(a.now, side), getattr(a, side)) for a in args]
            ends.append(next(line for v, line in values if v == wanted))
        return _Along(now, ends[0], ends[1])


def _lines(
    op: str, args: Sequence[_Along], now: Number, k: int
) -> tuple[tuple[Poly, Poly] | None, tuple[Poly, Poly] | None]:
    """Both ends of a result along the action: of all corners the ones that are the ends at k."""
    if any(a.low is None or a.high is None for a in args):
        return None, None
    if op == "neg":
        low, high = args[0].low, args[0].high
        assert low
        assert high
        return (poly.times(high[0], (Fraction(-1),)), high[1]), (
            poly.times(low[0], (Fraction(-1),)),
            low[1],
        )
    lines = [x for x in (args[0].low, args[0].high) if x]
    for other in args[1:]:
        sides = [x for x in (other.low, other.high) if x]
        lines = [_combine(op, a, b) for a in lines for b in sides]
    held = [x for x in lines if poly.value(x[1], k)]
    ends = [
        next(x for x in held if poly.value(x[0], k) / poly.value(x[1], k) == wanted)
        for wanted in (now.low, now.high)
    ]
    return ends[0], ends[1]


def _combine(op: str, a: tuple[Poly, Poly], b: tuple[Poly, Poly]) -> tuple[Poly, Poly]:
    if op == "*":
        return poly.times(a[0], b[0]), poly.times(a[1], b[1])
    if op == "/":
        return poly.times(a[0], b[1]), poly.times(a[1], b[0])
    if a[1] == b[1]:
        return poly.plus(a[0], b[0], -1 if op == "-" else 1), a[1]
    left, right = poly.times(a[0], b[1]), poly.times(b[0], a[1])
    return poly.plus(left, right, -1 if op == "-" else 1), poly.times(a[1], b[1])
