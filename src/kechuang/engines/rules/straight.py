"""Straight lines in several variables, their quotients, and numbers in cases: what a solver can
be told. Exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from kechuang.engines.base.sayings import Said

from .values import Number


class CannotSay(Exception):
    """Something that is no linear constraint; ``words`` say what."""

    def __init__(self, words: Said) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class Line:
    """A straight line in variables: coefficients by variable number, and a constant."""

    terms: Mapping[int, Fraction] = field(default_factory=dict)
    rest: Fraction = Fraction(0)

    @property
    def fixed(self) -> bool:
        """Whether it stands still."""
        return not self.terms

    def plus(self, other: "Line", sign: int = 1) -> "Line":
        """Sum, or difference with ``sign`` -1."""
        terms = dict(self.terms)
        for v, c in other.terms.items():
            terms[v] = terms.get(v, Fraction(0)) + sign * c
        return Line({v: c for v, c in terms.items() if c}, self.rest + sign * other.rest)

    def times(self, by: Fraction) -> "Line":
        """The line stretched."""
        return Line({v: c * by for v, c in self.terms.items() if by}, self.rest * by)


ONE = Line({}, Fraction(1))


@dataclass(frozen=True)
class Quotient:
    """num ÷ den; the denominator is held positive."""

    num: Line
    den: Line = ONE


@dataclass(frozen=True)
class Cases:
    """A number in cases: (literals that must hold, both its ends)."""

    cases: tuple[tuple[tuple[Any, ...], Quotient, Quotient], ...]


def plain(value: Number) -> Cases:
    """A number that stands still."""
    return Cases((((), constant(value.low), constant(value.high)),))


def constant(value: Fraction | Number) -> Quotient:
    """One value that stands still."""
    return Quotient(Line({}, value.low if isinstance(value, Number) else value))


def scaled(q: Quotient, by: int) -> Quotient:
    """A quotient times a whole number."""
    return Quotient(q.num.times(Fraction(by)), q.den)


def product(a: Line, b: Line) -> Line:
    """The product of two lines of which one stands still."""
    if a.fixed:
        return b.times(a.rest)
    if b.fixed:
        return a.times(b.rest)
    raise CannotSay(Said("plans.product"))


def combined(
    op: str, a: tuple[Quotient, Quotient], b: tuple[Quotient, Quotient]
) -> tuple[Quotient, Quotient]:
    """Both ends of a sum, difference, product or quotient; products only where one side stands
    still.
    """
    if op in ("+", "合计", "-"):
        sign = -1 if op == "-" else 1
        other = (b[1], b[0]) if op == "-" else b
        return added(a[0], other[0], sign), added(a[1], other[1], sign)
    if a[0] != a[1] or b[0] != b[1]:
        raise CannotSay(Said("plans.interval_product"))
    x, y = a[0], b[0]
    if op == "/":
        if y.num.fixed and y.num.rest < 0:
            raise CannotSay(Said("plans.negative_divisor"))
        y = Quotient(y.den, y.num)
    made = Quotient(product(x.num, y.num), product(x.den, y.den))
    return made, made


def added(a: Quotient, b: Quotient, sign: int) -> Quotient:
    """Sum or difference of quotients."""
    if a.den == b.den:
        return Quotient(a.num.plus(b.num, sign), a.den)
    return Quotient(product(a.num, b.den).plus(product(b.num, a.den), sign), product(a.den, b.den))
