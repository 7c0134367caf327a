"""What a firm may look at next: its nearest rung with each condition, and what policies in force
would bring it by its own figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.district.core.books import current_book
from kechuang.district.registry.models import Firm
from kechuang.engines.rules import Law, Number, Policy, Step, Value, assess, evaluate, parts

from .standings import NO, NONE, OPEN, YES, Standing, known_of, on_every_rung, verdict_of


@dataclass(frozen=True)
class Condition:
    """One part of a rung's rule: passes, fails or cannot_tell, with its step of the trace."""

    name: str
    verdict: str
    step: Step | None


@dataclass(frozen=True)
class Grant:
    """What a policy would bring: ``amounts`` by result, in fen; ``missing`` inputs are not known."""

    policy: Policy
    amounts: tuple[tuple[str, int, int], ...]  # (result, least, most)
    missing: tuple[str, ...]

    @property
    def state(self) -> str:
        """open: something is due by the figures; unknown: not to be reckoned yet; none."""
        if any(most for _, _, most in self.amounts):
            return "open"
        return "unknown" if self.missing or not self.amounts else "none"


@dataclass(frozen=True)
class Outlook:
    """``next`` is the nearest rung that is not held; None where there is none with conditions."""

    law: Law
    standings: Sequence[Standing]
    next: Standing | None
    conditions: tuple[Condition, ...]
    grants: tuple[Grant, ...]


def failing_of(standing: Standing) -> tuple[str, ...]:
    """The conditions that fail, without the rung's own rule where a part of it is named."""
    found = tuple(n for n in standing.failing if n != standing.rung.rule)
    return found or standing.failing


def lacks(standing: Standing) -> int:
    """How many things stand between a firm and a rung: failing conditions, and what is not known."""
    if standing.verdict == YES:
        return 0
    return len(failing_of(standing)) + len(standing.missing) + bool(standing.unpublished)


def nearest(standings: Sequence[Standing]) -> Standing | None:
    """The rung not held with the fewest things lacking: one that passes first, the lowest of
    equals.
    """
    open_to = [s for s in standings if s.held is None and s.verdict != NONE and not s.ended]
    return min(open_to, key=lambda s: (lacks(s), s.rung.order), default=None)


def outlook_of(firm: Firm, day: date, *, drafts: bool = False) -> Outlook:
    """Standings, the nearest rung and the money, from one look at what is known of the firm."""
    law, given, _ = known_of(current_book(), firm, day, drafts)
    standings = on_every_rung(firm, law, given)
    aim = nearest(standings)
    conditions = _conditions(law, given, aim.rung.rule) if aim else ()
    return Outlook(law, standings, aim, conditions, tuple(_grants(law, given, day)))


def _conditions(law: Law, given: Mapping[str, Value], rule: str) -> tuple[Condition, ...]:
    steps = {s.name: s for s in assess(law, given, [rule]).steps}
    names = [n for n in parts(law, rule) if n != rule] or [rule]
    found = evaluate(law, given, names)
    told = [Condition(n, verdict_of(found[n]), steps.get(n)) for n in names]
    order = (NO, OPEN, YES)
    return tuple(sorted(told, key=lambda c: order.index(c.verdict)))


def _grants(law: Law, given: Mapping[str, Value], day: date) -> list[Grant]:
    """Policies in force that give money and ask what a yearly return says."""
    fed = set(current_book().feeds)
    found: list[Grant] = []
    for policy in current_book().policies.values():
        mine = law.of(policy)
        paid = [n for n in policy.results if n in mine and policy.rules[n].unit == "元"]
        if not paid or policy.ended(day) or not fed & set(law.needed(paid)):
            continue
        answer = assess(law, given, paid)
        known = [(n, v) for n in paid if isinstance(v := answer.results[n], Number)]
        amounts = tuple((n, round(v.low * 100), round(v.high * 100)) for n, v in known)
        found.append(Grant(policy, amounts, answer.missing))
    order = ("open", "unknown", "none")
    return sorted(found, key=lambda g: (order.index(g.state), len(g.missing)))
