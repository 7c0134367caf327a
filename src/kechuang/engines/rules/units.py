"""The unit of a formula's result, and what does not go together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kechuang.engines.base.errors import Invalid

from .fold import Domain, fold
from .language import Literal, Node
from .values import COMPARISONS

_SHARES = frozenset(("%", "倍"))


def unit_of(node: Node, units: Mapping[str, str], tiers: Mapping[str, str]) -> str:
    """The unit of a formula's result.

    ``tiers`` are tier parameters: name → unit of what they grade by.

    Raises:
        Invalid: Units that do not go together.
    """
    return fold(node, _Units(units, tiers))


def same_unit(a: str, b: str) -> bool:
    """Whether two units count alike: shares may be said in % or in 倍."""
    return a == b or {a, b} == _SHARES


@dataclass(frozen=True)
class _Units(Domain[str]):
    units: Mapping[str, str]
    tiers: Mapping[str, str]

    def literal(self, literal: Literal) -> str:
        return literal.unit

    def named(self, name: str) -> str:
        if name in self.tiers:
            raise Invalid("rules.tier_bare", "formula", name=name, name2=name)
        return self.units[name]

    def choose(self, test: str, yes: Callable[[], str], no: Callable[[], str]) -> str:
        branches = [yes(), no()]
        if test != "是否":
            raise Invalid("rules.if_condition", "formula")
        return _alike(branches)

    def graded(self, value: str, table: str) -> str:
        if table not in self.tiers:
            raise Invalid("rules.tier", "formula")
        if not same_unit(value, self.tiers[table]):
            raise Invalid(
                "rules.tier_by", "formula", table=table, by=self.tiers[table], given=value
            )
        return self.units[table]

    def applied(self, op: str, args: Sequence[str]) -> str:
        if op in ("and", "or", "not", "计数"):
            if strange := next((u for u in args if u != "是否"), ""):
                raise Invalid("rules.conditions_only", "formula", unit=strange)
            return "项" if op == "计数" else "是否"
        if "是否" in args:
            raise Invalid("rules.condition_in_sum", "formula")
        if op in ("*", "/"):
            return _product(op, *args)
        whole = _alike(args)
        return "是否" if op in COMPARISONS else whole


def _alike(given: Sequence[str]) -> str:
    for unit in given[1:]:
        if not same_unit(unit, given[0]):
            raise Invalid("rules.units", "formula", left=given[0], right=unit)
    return next((u for u in given if u != "倍"), given[0])


def _product(op: str, a: str, b: str) -> str:
    if op == "/" and same_unit(a, b):
        return "%"
    if b in _SHARES:
        return a
    if op == "*" and a in _SHARES:
        return b
    sign = "×" if op == "*" else "÷"
    raise Invalid("rules.units_product", "formula", left=a, sign=sign, right=b)
