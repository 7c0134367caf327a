"""Exact integer rationals as polars expressions: numerators and denominators with proved bounds,
Int64 or Int128.

A denominator of zero is a division by zero (undefined), a null cannot be told. Every operation
knows how large its
result can be; Int128 is taken where 62 bits do not suffice, and beyond 126 bits the rule is
refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import polars as pl

from kechuang.engines.base.errors import Invalid

SMALL, LARGE = 1 << 62, 1 << 126


@dataclass(frozen=True)
class Ratio:
    """``num`` / ``den``.

    ``most`` bounds |num|, ``den_most`` bounds den; ``sign`` is 1 where num is never negative.
    """

    num: pl.Expr
    den: int | pl.Expr
    most: int
    den_most: int
    positive: bool = False

    @property
    def undefined(self) -> pl.Expr | None:
        """Where it is a division by zero; None where it never is."""
        return None if isinstance(self.den, int) else self.den == 0


def constant(value: Fraction) -> Ratio:
    """A number of the text."""
    return Ratio(
        whole(value.numerator),
        value.denominator,
        abs(value.numerator),
        value.denominator,
        value >= 0,
    )


def whole(value: int) -> pl.Expr:
    """An integer literal, as wide as it must be."""
    return pl.lit(value, pl.Int64 if abs(value) < SMALL else pl.Int128)


def negated(num: pl.Expr) -> pl.Expr:
    """-num; polars has no unary minus for Int128."""
    return num * -1


def fit(most: int, *parts: pl.Expr) -> list[pl.Expr]:
    """Operands wide enough for a result of at most ``most``.

    Raises:
        Invalid: More than 126 bits.
    """
    if most >= LARGE:
        raise Invalid("rules.bounds", "formula")
    return [p.cast(pl.Int128) for p in parts] if most >= SMALL else list(parts)


def times(a: pl.Expr, b: pl.Expr | int, most: int) -> pl.Expr:
    """A product that cannot overflow."""
    if isinstance(b, int):
        if b == 1:
            return a
        (wide,) = fit(most, a)
        return wide * whole(b)
    x, y = fit(most, a, b)
    return x * y


def same_den(parts: Sequence[Ratio]) -> list[Ratio] | None:
    """Constant denominators brought to one; None when one of them is a column."""
    dens = [r.den for r in parts if isinstance(r.den, int)]
    if len(dens) < len(parts):
        return None
    common = lcm(*dens)
    return [
        Ratio(
            times(r.num, common // d, r.most * (common // d)),
            common,
            r.most * (common // d),
            common,
            r.positive,
        )
        for r, d in zip(parts, dens, strict=True)
    ]


def _den(a: Ratio, b: Ratio) -> tuple[int | pl.Expr, int]:
    most = a.den_most * b.den_most
    if isinstance(a.den, int) and isinstance(b.den, int):
        return a.den * b.den, most
    if isinstance(a.den, int):
        assert isinstance(b.den, pl.Expr)
        return times(b.den, a.den, most), most
    if isinstance(b.den, int):
        return times(a.den, b.den, most), most
    product = times(a.den, b.den, most)
    return pl.when((a.den == 0) | (b.den == 0)).then(whole(0)).otherwise(product), most


def add(a: Ratio, b: Ratio, sign: int = 1) -> Ratio:
    """Sum, or difference with ``sign`` -1."""
    positive = a.positive and b.positive and sign > 0
    if pair := same_den((a, b)):
        x, y = pair
        most = x.most + y.most
        left, right = fit(most, x.num, y.num)
        return Ratio(left + right if sign > 0 else left - right, x.den, most, x.den_most, positive)
    one_side, other = a.most * b.den_most, b.most * a.den_most
    most = one_side + other
    left, right = fit(most, times(a.num, b.den, one_side), times(b.num, a.den, other))
    den, den_most = _den(a, b)
    return Ratio(left + right if sign > 0 else left - right, den, most, den_most, positive)


def multiply(a: Ratio, b: Ratio) -> Ratio:
    """Product."""
    den, den_most = _den(a, b)
    most = a.most * b.most
    return Ratio(times(a.num, b.num, most), den, most, den_most, a.positive and b.positive)


def divide(a: Ratio, b: Ratio) -> Ratio:
    """Quotient: the divisor's sign moves into the numerator."""
    most, den_most = a.most * b.den_most, a.den_most * b.most
    num = times(a.num, b.den, most)
    below = times(b.num, a.den, den_most)
    if not b.positive:
        num = pl.when(below < 0).then(negated(num)).otherwise(num)
        below = below.abs()
    if isinstance(a.den, pl.Expr) or isinstance(b.den, pl.Expr):
        bad = pl.lit(False)
        for part in (a.den, b.den):
            if isinstance(part, pl.Expr):
                bad = bad | (part == 0)
        below = pl.when(bad).then(whole(0)).otherwise(below)
    return Ratio(num, below, most, den_most, a.positive and b.positive)


_TESTS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    ">=": lambda x, y: x >= y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    "<": lambda x, y: x < y,
    "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
}


def compare(op: str, a: Ratio, b: Ratio) -> pl.Expr:
    """The comparison by cross-multiplication; undefined sides are not looked at here."""
    if pair := same_den((a, b)):
        x, y = fit(max(pair[0].most, pair[1].most), pair[0].num, pair[1].num)
        return _TESTS[op](x, y)
    left, right = a.most * b.den_most, b.most * a.den_most
    x, y = fit(max(left, right), times(a.num, b.den, left), times(b.num, a.den, right))
    return _TESTS[op](x, y)


def choose(test: pl.Expr, a: Ratio, b: Ratio) -> Ratio:
    """a where the test holds, b where it does not, null where it cannot be told."""
    positive = a.positive and b.positive
    if pair := same_den((a, b)):
        x, y = pair
        most = max(x.most, y.most)
        left, right = fit(most, x.num, y.num)
        return Ratio(
            pl.when(test).then(left).when(~test).then(right), x.den, most, x.den_most, positive
        )
    most, den_most = max(a.most, b.most), max(a.den_most, b.den_most)
    left, right = fit(most, a.num, b.num)
    below, other = fit(den_most, _expr(a.den), _expr(b.den))
    return Ratio(
        pl.when(test).then(left).when(~test).then(right),
        pl.when(test).then(below).when(~test).then(other),
        most,
        den_most,
        positive,
    )


def _expr(den: int | pl.Expr) -> pl.Expr:
    return whole(den) if isinstance(den, int) else den


def guarded(value: Ratio, bad: Sequence[pl.Expr | None], null: Sequence[pl.Expr] = ()) -> Ratio:
    """The value, but null where ``null`` says so, and undefined where ``bad`` does."""
    num, den = value.num, value.den
    for each in null:
        num = pl.when(each).then(None).otherwise(num)
        if isinstance(den, pl.Expr):
            den = pl.when(each).then(whole(1)).otherwise(den)
    for undefined in bad:
        if undefined is not None:
            den = pl.when(undefined).then(whole(0)).otherwise(_expr(den))
    return Ratio(num, den, value.most, value.den_most, value.positive)


def to_whole(value: Ratio, *, half_up: bool) -> Ratio:
    """Rounded half away from zero, or down, to the unit."""
    den = _expr(value.den)
    most = 2 * value.most + value.den_most
    num, below = fit(most, value.num, den)
    if not half_up:
        shaped = num // below
    elif value.positive:
        shaped = (num * 2 + below) // (below * 2)
    else:
        up = (num.abs() * 2 + below) // (below * 2)
        shaped = pl.when(num < 0).then(negated(up)).otherwise(up)
    result: int | pl.Expr = 1
    if isinstance(value.den, pl.Expr):
        result = pl.when(value.den == 0).then(whole(0)).otherwise(whole(1))
    return Ratio(shaped, result, value.most + 1, 1, value.positive)
