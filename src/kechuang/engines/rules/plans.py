"""The cheapest ways up: which actions together make a rule hold, at the least cost.

Put as constraints in ``mixes``, solved by CP-SAT, checked exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kechuang.engines.base.sayings import Said

from .exact import evaluate
from .gaps import moved_by, tiers_moved
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
class Plans:
    """The cheapest plans, each with another set of actions; or why there are none."""

    found: tuple[Plan, ...]
    why: Said | None = None


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
        model = Model(law, given, priced)
        for name in names:
            model.require(name)
        return _searched(model, law, given, names, priced, most)
    except CannotSay as e:
        return Plans((), e.words)


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
