"""Arithmetic of a batch's cells: numbers with two ends, conditions, and what did not exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from . import ratios as r
from .packs import Tiers
from .ratios import Ratio
from .values import COMPARISONS, Number


@dataclass(frozen=True)
class Span:
    """A number in a batch: both ends, the same object when it is exact."""

    low: Ratio
    high: Ratio

    @property
    def exact(self) -> bool:
        """Whether both ends are one."""
        return self.low is self.high


@dataclass(frozen=True)
class Gone:
    """A rule or parameter that did not exist on the day, known before any row is seen."""


Cell = Span | pl.Expr | Gone


def span_of(ratio: Ratio) -> Span:
    """An exact number: both ends are one."""
    return Span(ratio, ratio)


def number_of(number: Number) -> Span:
    """A number of the text, exact or an interval."""
    low = r.constant(number.low)
    return Span(low, low if number.exact else r.constant(number.high))


UNTOLD = span_of(Ratio(pl.lit(None, pl.Int64), 1, 0, 1, True))


def truth_of(cell: Cell) -> pl.Expr:
    """A condition's column."""
    assert isinstance(cell, pl.Expr)
    return cell


def junction(op: str, args: Sequence[Cell]) -> Cell:
    """且, 或 of conditions; those that did not exist count as untold."""
    if all(isinstance(a, Gone) for a in args):
        return Gone()
    parts = [pl.lit(None, pl.Boolean) if isinstance(a, Gone) else truth_of(a) for a in args]
    whole = parts[0]
    for part in parts[1:]:
        whole = (whole & part) if op == "and" else (whole | part)
    return whole


def counted(conditions: Sequence[pl.Expr]) -> Span:
    """How many conditions hold: at least and at most, where some cannot be told."""
    most = len(conditions)
    low, high = (
        Ratio(
            pl.sum_horizontal(*(c.fill_null(sure).cast(pl.Int64) for c in conditions)),
            1,
            most,
            1,
            True,
        )
        for sure in (False, True)
    )
    return Span(low, high)


def chosen(test: pl.Expr, yes: Cell, no: Cell) -> Span:
    """One number or the other, row by row; one that did not exist cannot be told."""
    a, b = (UNTOLD if isinstance(x, Gone) else x for x in (yes, no))
    assert isinstance(a, Span)
    assert isinstance(b, Span)
    low = r.choose(test, a.low, b.low)
    return Span(low, low if a.exact and b.exact else r.choose(test, a.high, b.high))


def _undefined(parts: Sequence[Span]) -> list[pl.Expr]:
    ends = [e for s in parts for e in ((s.low,) if s.exact else (s.low, s.high))]
    return [e.undefined for e in ends if e.undefined is not None]


def reckon(op: str, args: Sequence[Span]) -> Cell:
    """Arithmetic or a comparison of numbers with two ends."""
    if op in COMPARISONS:
        return _compared(op, args[0], args[1])
    exact = all(a.exact for a in args)
    if op in ("+", "-", "合计"):
        low, high = args[0].low, args[0].high
        for other in args[1:]:
            low = r.add(low, other.high if op == "-" else other.low, -1 if op == "-" else 1)
            if not exact:
                high = r.add(high, other.low if op == "-" else other.high, -1 if op == "-" else 1)
        return Span(low, low if exact else high)
    if op in ("*", "/"):
        return _product(op, args[0], args[1])
    if op == "neg":
        low, high = (r.multiply(e, r.constant(Fraction(-1))) for e in (args[0].high, args[0].low))
        return Span(low, low if exact else high)
    if op in ("取大", "取小"):
        low = _pick(op, [a.low for a in args])
        return Span(low, low if exact else _pick(op, [a.high for a in args]))
    low = r.to_whole(args[0].low, half_up=op == "四舍五入")
    return Span(low, low if exact else r.to_whole(args[0].high, half_up=op == "四舍五入"))


def _product(op: str, a: Span, b: Span) -> Span:
    reckon = r.multiply if op == "*" else r.divide
    if a.exact and b.exact:
        return span_of(reckon(a.low, b.low))
    ends = [reckon(x, y) for x in _ends(a) for y in _ends(b)]
    low, high = _pick("取小", ends), _pick("取大", ends)
    if op == "/" and not b.exact:
        across = r.compare("<=", b.low, r.constant(Fraction(0))) & r.compare(
            ">=", b.high, r.constant(Fraction(0))
        )
        zero = r.compare("==", b.low, r.constant(Fraction(0))) & r.compare(
            "==", b.high, r.constant(Fraction(0))
        )
        low, high = (r.guarded(e, [], [across & ~zero]) for e in (low, high))
    return Span(low, high)


def _ends(span: Span) -> tuple[Ratio, ...]:
    return (span.low,) if span.exact else (span.low, span.high)


def _pick(op: str, parts: Sequence[Ratio]) -> Ratio:
    best = parts[0]
    for other in parts[1:]:
        test = r.compare(">=" if op == "取大" else "<=", best, other)
        bad = [x.undefined for x in (best, other) if x.undefined is not None]
        best = r.guarded(r.choose(test, best, other), bad)
    return best


def _compared(op: str, a: Span, b: Span) -> pl.Expr:
    if a.exact and b.exact:
        found = r.compare(op, a.low, b.low)
    elif op in ("==", "!="):
        apart = r.compare("<", a.high, b.low) | r.compare("<", b.high, a.low)
        alike = r.compare("==", a.low, a.high) & r.compare("==", b.low, b.high)
        same = alike & r.compare("==", a.low, b.low)
        found = pl.when(apart).then(pl.lit(op == "!=")).when(same).then(pl.lit(op == "=="))
    else:
        upward = op in (">=", ">")
        surely = r.compare(op, a.low if upward else a.high, b.high if upward else b.low)
        maybe = r.compare(op, a.high if upward else a.low, b.low if upward else b.high)
        found = pl.when(surely).then(pl.lit(True)).when(~maybe).then(pl.lit(False))
    bad = _undefined((a, b))
    if not bad:
        return found
    whole = bad[0]
    for each in bad[1:]:
        whole = whole | each
    return pl.when(whole).then(pl.lit(False)).otherwise(found)


def stepped(table: Tiers, graded: Ratio) -> Span:
    """The value of each row's step."""
    values = [s.value for s in table.steps]
    lows, highs = (
        r.same_den([r.constant(v.low if side else v.high) for v in values])
        for side in (True, False)
    )
    assert lows
    assert highs
    tests = []
    for step in table.steps[:-1]:
        assert step.bound is not None
        op = ("<=" if step.includes else "<") if table.upward else (">=" if step.includes else ">")
        tests.append(r.compare(op, graded, r.constant(step.bound)))

    def pick(parts: list[Ratio]) -> Ratio:
        num = parts[-1].num
        for test, part in zip(reversed(tests), reversed(parts[:-1]), strict=True):
            num = pl.when(test).then(part.num).otherwise(num)
        most = max(p.most for p in parts)
        found = Ratio(num, parts[0].den, most, parts[0].den_most, all(p.positive for p in parts))
        unknown = graded.num.is_null()
        if isinstance(graded.den, pl.Expr):
            unknown = unknown | graded.den.is_null()
        return r.guarded(found, [graded.undefined], [unknown])

    low = pick(lows)
    return Span(low, low if all(v.exact for v in values) else pick(highs))
