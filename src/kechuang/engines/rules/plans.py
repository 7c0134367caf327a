"""The cheapest ways up: which actions together make a rule hold, at the least cost.

Put as constraints in ``mixes``, solved by CP-SAT, checked exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kechuang.engines.base.sayings import Said

from .exact import evaluate, failing
from .gaps import moved_by, room, tiers_moved
from .law import Law
from .mixes import INFEASIBLE, OPTIMAL, Model
from .packs import Action
from .straight import CannotSay
from .values import UNKNOWN, Number, Value

SPARE = 3  # further mixes looked at should one fail the exact check


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
class Left:
    """An action that the search had to leave out, and why."""

    action: Action
    why: Said


@dataclass(frozen=True)
class Plans:
    """The cheapest plans, each with another set of actions; or why there are none.

    ``tried``: what was searched, each action with the most steps looked at; ``left``: what was
    not. Where the search came to its end without a plan, ``lacking`` are the conditions that
    nothing tried can mend, and ``rest`` the cheapest plan that mends all the others.
    """

    found: tuple[Plan, ...]
    why: Said | None = None
    tried: tuple[tuple[Action, int], ...] = ()
    left: tuple[Left, ...] = ()
    lacking: tuple[str, ...] = ()
    rest: Plan | None = None


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
        actions: Only those with a cost, whose inputs are known, take part.
        most: How many plans, each with another set of actions.
    """
    names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    needed = set(law.needed(names))
    moving = [a for a in actions if needed & set(a.effects)]
    left = tuple(Left(a, why) for a in moving if (why := _left_out(given, a)))
    priced = [a for a in moving if a not in [x.action for x in left]]
    tried = tuple((a, room(law, given, a)) for a in priced)
    made = _solved(law, given, names, priced, most)
    made = replace(made, tried=tried, left=left)
    return made if made.why is not _NOT_ENOUGH else _what_lacks(made, law, given, names, priced)


_NOT_ENOUGH = Said("plans.together")


def _left_out(given: Mapping[str, Value], action: Action) -> Said | None:
    """Why the search cannot weigh an action."""
    blank = [n for n in action.effects if not isinstance(given.get(n, UNKNOWN), Number)]
    if blank:
        return Said("plans.value_unknown", names=blank)
    return Said("plans.no_cost") if action.cost is None else None


def _solved(
    law: Law, given: Mapping[str, Value], names: Sequence[str], priced: Sequence[Action], most: int
) -> Plans:
    if not priced:
        return Plans((), Said("plans.no_actions"))
    try:
        model = Model(law, given, priced)
        for name in names:
            model.require(name)
        return _searched(model, law, given, names, priced, most)
    except CannotSay as e:
        return Plans((), e.words)


def _what_lacks(
    made: Plans, law: Law, given: Mapping[str, Value], names: Sequence[str], priced: list[Action]
) -> Plans:
    """Which conditions nothing tried can mend, and the cheapest way to mend the others."""
    lost = list(dict.fromkeys(c for n in names for c in failing(law, given, n) or (n,)))
    alone = {c: _solved(law, given, [c], priced, 1) for c in lost}
    lacking = tuple(c for c, found in alone.items() if found.why is _NOT_ENOUGH)
    if not lacking:
        return made
    others = [c for c in lost if alone[c].found]
    rest = _solved(law, given, others, priced, 1).found if others else ()
    why = Said("plans.lacking", names=lacking)
    return replace(made, why=why, lacking=lacking, rest=rest[0] if rest else None)


def _searched(
    model: "Model",
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
    ended = outcome == INFEASIBLE and not failed
    return Plans((), _NOT_ENOUGH if ended else Said("plans.out_of_time"))


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
