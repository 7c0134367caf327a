"""Many subjects at once: the same formulas as polars expressions over exact integer rationals.

Columns of the frame: money in fen, conditions as booleans, shares and multiples in millionths,
everything else in its
unit. An input that experts give as an interval may come as ``name`` or as ``name·下`` and
``name·上``. A null cannot be
told. Results: a condition is a boolean column; a number has columns for numerator and denominator
of both ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import polars as pl

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said

from . import ratios as r
from .language import Apply, Literal, Name, Node, names_in
from .law import Law
from .packs import Input, Tiers
from .ratios import Ratio
from .spans import Cell, Gone, Span, chosen, counted, junction, reckon, span_of, stepped, truth_of
from .values import Number

SCALE = 10**6
LOW, HIGH = "·下", "·上"


@dataclass(frozen=True)
class Run:
    """Results for a frame.

    ``frame`` holds the columns, ``kinds`` says truth, exact, span or gone for each result.
    """

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
    """A formula's node over the columns of a frame, its rules put in rather than kept as columns
    of their own.
    """
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
            return span_of(r.constant(node.value))
        if isinstance(node, Name):
            return self._named(node.name)
        if node.op in ("若", "分档"):
            return self._if(node) if node.op == "若" else self._tier(node)
        return self._applied(node)

    def _applied(self, node: Apply) -> Cell:
        args = [self.cell(a) for a in node.args]
        if node.op in ("and", "or"):
            return junction(node.op, args)
        if any(isinstance(a, Gone) for a in args):
            return Gone()
        if node.op == "not":
            return ~truth_of(args[0])
        if node.op == "计数":
            return counted([truth_of(a) for a in args])
        return reckon(node.op, [a for a in args if isinstance(a, Span)])

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
        return span_of(Ratio(pl.lit(None, pl.Int64), 1, 0, 1, True))

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
        return span_of(end(given.name))

    def _if(self, node: Apply) -> Cell:
        test, yes, no = (self.cell(a) for a in node.args)
        if isinstance(test, Gone) or (isinstance(yes, Gone) and isinstance(no, Gone)):
            return Gone()
        holds = truth_of(test)
        if isinstance(yes, Span) or isinstance(no, Span):
            return chosen(holds, yes, no)
        a, b = (pl.lit(None, pl.Boolean) if isinstance(x, Gone) else truth_of(x) for x in (yes, no))
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
        low = stepped(held.value, graded.low)
        if graded.exact:
            return low
        high = stepped(held.value, graded.high)
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


def prove(law: Law) -> list[tuple[str, Said]]:
    """Rules whose bounds cannot be held: (rule, words)."""
    work = _Batch(law, {n for i in law.inputs for n in (i, f"{i}{LOW}", f"{i}{HIGH}")})
    refused: list[tuple[str, Said]] = []
    for name in law.order:
        try:
            work.columns(name)
        except Invalid as e:
            refused.append((name, e.words))
            work.cells[name] = Gone()
    return refused
