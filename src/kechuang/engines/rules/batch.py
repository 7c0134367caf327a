"""Many subjects at once: the same formulas as polars expressions over exact integer rationals.

Columns of the frame: money in fen, conditions as booleans, shares and multiples in millionths, everything else in its
unit. An input that experts give as an interval may come as ``name`` or as ``name·下`` and ``name·上``. A null cannot be
told. Results: a condition is a boolean column; a number has columns for numerator and denominator of both ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import polars as pl

from kechuang.engines.base.errors import Invalid

from . import ratios as r
from .exact import COMPARISONS
from .language import Apply, Literal, Name, Node, names_in
from .law import Law
from .packs import Input, Tiers
from .ratios import Ratio
from .values import Number

SCALE = 10**6
LOW, HIGH = "·下", "·上"


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


@dataclass(frozen=True)
class Run:
    """Results for a frame. ``frame`` holds the columns, ``kinds`` says truth, exact, span or gone for each result."""

    frame: pl.DataFrame
    kinds: dict[str, str]
    dens: dict[str, tuple[int | None, int | None]]

    def truth(self, name: str) -> pl.Series:
        """A condition: true, false or null."""
        return self.frame[name]

    def ends(self, name: str, row: int) -> tuple[Fraction, Fraction] | None:
        """Both ends of a number in a row; None when it cannot be told or is a division by zero."""
        found = []
        for side, den in zip(
            (LOW, HIGH) if self.kinds[name] == "span" else (LOW, LOW), self.dens[name], strict=True
        ):
            num = self.frame[f"{name}{side}"][row]
            below = den if den is not None else self.frame[f"{name}{side}÷"][row]
            if num is None or not below:
                return None
            found.append(Fraction(num, below))
        return found[0], found[1]


def run(law: Law, frame: pl.DataFrame, wanted: Sequence[str]) -> Run:
    """Reckon results for every row.

    Args:
        frame: Inputs as columns; a column that is missing cannot be told for any row.

    Raises:
        Invalid: A formula whose bounds go beyond 126 bits.
    """
    work = _Batch(law, set(frame.columns))
    lazy = frame.lazy()
    for level in _levels(law, law.cone(wanted)):
        columns = [c for name in level for c in work.columns(name)]
        if columns:
            lazy = lazy.with_columns(columns)
    picked = [c for name in wanted for c in work.made.get(name, ())]
    kinds = {n: work.kind(n) for n in wanted}
    return Run(lazy.select(picked).collect(), kinds, {n: work.dens(n) for n in wanted})


def cell_of(law: Law, given: set[str], node: Node) -> Cell:
    """A formula's node over the columns of a frame, its rules put in rather than kept as columns of their own."""
    return _Inline(law, given).cell(node)


def _levels(law: Law, cone: Iterable[str]) -> list[list[str]]:
    """Rules that do not need each other, together."""
    depth: dict[str, int] = {}
    levels: list[list[str]] = []
    for name in cone:
        at = 1 + max((depth.get(n, 0) for n in names_in(law.formulas[name].node)), default=0)
        depth[name] = at
        while len(levels) < at:
            levels.append([])
        levels[at - 1].append(name)
    return levels


class _Batch:
    """Turns rules into columns, and remembers what each column is."""

    def __init__(self, law: Law, given: set[str]) -> None:
        self.law, self.given = law, given
        self.cells: dict[str, Cell] = {}
        self.made: dict[str, list[str]] = {}

    def columns(self, name: str) -> list[pl.Expr]:
        cell = self.cell(self.law.formulas[name].node)
        if isinstance(cell, Gone):
            self.cells[name], self.made[name] = cell, []
            return []
        if isinstance(cell, pl.Expr):
            self.cells[name], self.made[name] = pl.col(name), [name]
            return [cell.alias(name)]
        out: list[pl.Expr] = []
        kept: list[Ratio] = []
        for side, ratio in ((LOW, cell.low), *(() if cell.exact else ((HIGH, cell.high),))):
            out.append(ratio.num.alias(f"{name}{side}"))
            den = ratio.den
            if isinstance(den, pl.Expr):
                out.append(den.alias(f"{name}{side}÷"))
                den = pl.col(f"{name}{side}÷")
            kept.append(replace(ratio, num=pl.col(f"{name}{side}"), den=den))
        self.cells[name] = Span(kept[0], kept[-1])
        self.made[name] = [c.meta.output_name() for c in out]
        return out

    def kind(self, name: str) -> str:
        cell = self.cells.get(name, Gone())
        if isinstance(cell, Span):
            return "exact" if cell.exact else "span"
        return "gone" if isinstance(cell, Gone) else "truth"

    def dens(self, name: str) -> tuple[int | None, int | None]:
        cell = self.cells.get(name, Gone())
        if not isinstance(cell, Span):
            return None, None
        low, high = (x.den if isinstance(x.den, int) else None for x in (cell.low, cell.high))
        return low, high

    def cell(self, node: Node) -> Cell:
        if isinstance(node, Literal):
            return _span(r.constant(node.value))
        if isinstance(node, Name):
            return self._named(node.name)
        if node.op in ("若", "分档"):
            return self._if(node) if node.op == "若" else self._tier(node)
        return self._applied(node)

    def _applied(self, node: Apply) -> Cell:
        args = [self.cell(a) for a in node.args]
        if node.op in ("and", "or"):
            return _junction(node.op, args)
        if any(isinstance(a, Gone) for a in args):
            return Gone()
        if node.op == "not":
            return ~_truth(args[0])
        if node.op == "计数":
            return _count([_truth(a) for a in args])
        return _reckon(node.op, [a for a in args if isinstance(a, Span)])

    def _named(self, name: str) -> Cell:
        if name in self.cells:
            return self.cells[name]
        if name in self.law.inputs:
            return self._input(self.law.inputs[name])
        held = self.law.held.get(name)
        if held is None or held.value is None:
            return Gone()
        if isinstance(held.value, Number):
            low = r.constant(held.value.low)
            return Span(low, low if held.value.exact else r.constant(held.value.high))
        return _span(Ratio(pl.lit(None, pl.Int64), 1, 0, 1, True))

    def _input(self, given: Input) -> Cell:
        if given.unit == "是否":
            return pl.col(given.name) if given.name in self.given else pl.lit(None, pl.Boolean)
        den = SCALE if given.unit in ("%", "倍") else 1
        most = int(max(abs(given.low), abs(given.high)) * den)

        def end(column: str) -> Ratio:
            num = pl.col(column) if column in self.given else pl.lit(None, pl.Int64)
            return Ratio(num, den, most, den, given.low >= 0)

        if given.interval and f"{given.name}{LOW}" in self.given:
            return Span(end(f"{given.name}{LOW}"), end(f"{given.name}{HIGH}"))
        return _span(end(given.name))

    def _if(self, node: Apply) -> Cell:
        test, yes, no = (self.cell(a) for a in node.args)
        if isinstance(test, Gone) or (isinstance(yes, Gone) and isinstance(no, Gone)):
            return Gone()
        holds = _truth(test)
        if isinstance(yes, Span) or isinstance(no, Span):
            return _chosen(holds, yes, no)
        a, b = (pl.lit(None, pl.Boolean) if isinstance(x, Gone) else _truth(x) for x in (yes, no))
        return pl.when(holds).then(a).when(~holds).then(b)

    def _tier(self, node: Apply) -> Cell:
        graded, table = self.cell(node.args[0]), node.args[1]
        assert isinstance(table, Name)
        held = self.law.held[table.name]
        if held.value is None or isinstance(graded, Gone):
            return Gone()
        if not isinstance(held.value, Tiers):
            return Span(*(2 * (Ratio(pl.lit(None, pl.Int64), 1, 0, 1, True),)))
        assert isinstance(graded, Span)
        low = _stepped(held.value, graded.low)
        if graded.exact:
            return low
        high = _stepped(held.value, graded.high)
        differ = r.compare("!=", low.low, high.low) | r.compare("!=", low.high, high.high)
        bad = [graded.high.undefined]
        ends = [r.guarded(x, bad, [differ | differ.is_null()]) for x in (low.low, low.high)]
        return Span(ends[0], ends[0] if low.exact else ends[1])


class _Inline(_Batch):
    """Rules as expressions inside others."""

    def _named(self, name: str) -> Cell:
        if name in self.law.formulas and name not in self.cells:
            self.cells[name] = self.cell(self.law.formulas[name].node)
        return super()._named(name)


def _span(ratio: Ratio) -> Span:
    return Span(ratio, ratio)


def _truth(cell: Cell) -> pl.Expr:
    assert isinstance(cell, pl.Expr)
    return cell


def _junction(op: str, args: Sequence[Cell]) -> Cell:
    if all(isinstance(a, Gone) for a in args):
        return Gone()
    parts = [pl.lit(None, pl.Boolean) if isinstance(a, Gone) else _truth(a) for a in args]
    whole = parts[0]
    for part in parts[1:]:
        whole = (whole & part) if op == "and" else (whole | part)
    return whole


def _count(conditions: Sequence[pl.Expr]) -> Span:
    most = len(conditions)
    low, high = (
        Ratio(pl.sum_horizontal(*(c.fill_null(sure).cast(pl.Int64) for c in conditions)), 1, most, 1, True)
        for sure in (False, True)
    )  # fmt: skip
    return Span(low, high)


def _chosen(test: pl.Expr, yes: Cell, no: Cell) -> Span:
    blank = _span(Ratio(pl.lit(None, pl.Int64), 1, 0, 1, True))
    a, b = (blank if isinstance(x, Gone) else x for x in (yes, no))
    assert isinstance(a, Span)
    assert isinstance(b, Span)
    low = r.choose(test, a.low, b.low)
    return Span(low, low if a.exact and b.exact else r.choose(test, a.high, b.high))


def _undefined(parts: Sequence[Span]) -> list[pl.Expr]:
    ends = [e for s in parts for e in ((s.low,) if s.exact else (s.low, s.high))]
    return [e.undefined for e in ends if e.undefined is not None]


def _reckon(op: str, args: Sequence[Span]) -> Cell:
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
        return _span(reckon(a.low, b.low))
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


def _stepped(table: Tiers, graded: Ratio) -> Span:
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


def prove(law: Law) -> list[tuple[str, str]]:
    """Rules whose bounds cannot be held: (rule, words)."""
    work = _Batch(law, {n for i in law.inputs for n in (i, f"{i}{LOW}", f"{i}{HIGH}")})
    refused: list[tuple[str, str]] = []
    for name in law.order:
        try:
            work.columns(name)
        except Invalid as e:
            refused.append((name, e.words))
            work.cells[name] = Gone()
    return refused
