"""Many subjects at once: the same formulas as polars expressions over exact integer rationals.

Columns of the frame: money in fen, conditions as booleans, shares and multiples in millionths,
everything else in its
unit. An input that experts give as an interval may come as ``name`` or as ``name·下`` and
``name·上``. A null cannot be
told. Results: a condition is a boolean column; a number has columns for numerator and denominator
of both ends.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import polars as pl

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said

from . import ratios as r
from .fold import fold
from .law import Law
from .lawful import Lawful
from .packs import Input, Tiers
from .ratios import Ratio
from .spans import (
    UNTOLD,
    Cell,
    Gone,
    Span,
    chosen,
    counted,
    junction,
    number_of,
    reckon,
    span_of,
    stepped,
    truth_of,
)
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
    picked = [c for name in dict.fromkeys(wanted) for c in work.made.get(name, ())]
    kinds = {n: work.kind(n) for n in wanted}
    return Run(lazy.select(picked).collect(), kinds, {n: work.dens(n) for n in wanted})


def _levels(law: Law, cone: Iterable[str]) -> list[list[str]]:
    """Rules that do not need each other, together."""
    depth: dict[str, int] = {}
    levels: list[list[str]] = []
    for name in cone:
        at = 1 + max((depth.get(n, 0) for n in law.formulas[name].names), default=0)
        depth[name] = at
        while len(levels) < at:
            levels.append([])
        levels[at - 1].append(name)
    return levels


class _Batch(Lawful[Cell]):
    """Turns rules into columns, and remembers what each column is."""

    def __init__(self, law: Law, given: set[str]) -> None:
        super().__init__(law)
        self.given = given
        self.cells: dict[str, Cell] = {}
        self.made: dict[str, list[str]] = {}

    def columns(self, name: str) -> list[pl.Expr]:
        cell = fold(self.law.formulas[name].node, self)
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

    def number(self, number: Number) -> Cell:
        return number_of(number)

    def fact(self, given: Input) -> Cell:
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

    def rule(self, name: str) -> Cell:
        return self.cells[name]

    def absent(self, name: str) -> Cell:
        return Gone()

    def unpublished(self, name: str) -> Cell:
        return UNTOLD

    def choose(self, test: Cell, yes: Callable[[], Cell], no: Callable[[], Cell]) -> Cell:
        a, b = yes(), no()
        if isinstance(test, Gone) or (isinstance(a, Gone) and isinstance(b, Gone)):
            return Gone()
        holds = truth_of(test)
        if isinstance(a, Span) or isinstance(b, Span):
            return chosen(holds, a, b)
        x, y = (pl.lit(None, pl.Boolean) if isinstance(c, Gone) else truth_of(c) for c in (a, b))
        return pl.when(holds).then(x).when(~holds).then(y)

    def stepped(self, value: Cell, table: Tiers | None, name: str) -> Cell:
        if isinstance(value, Gone):
            return Gone()
        if table is None:
            return UNTOLD
        assert isinstance(value, Span)
        low = stepped(table, value.low)
        if value.exact:
            return low
        high = stepped(table, value.high)
        differ = r.compare("!=", low.low, high.low) | r.compare("!=", low.high, high.high)
        bad = [value.high.undefined]
        ends = [r.guarded(x, bad, [differ | differ.is_null()]) for x in (low.low, low.high)]
        return Span(ends[0], ends[0] if low.exact else ends[1])

    def applied(self, op: str, args: Sequence[Cell]) -> Cell:
        if op in ("and", "or"):
            return junction(op, args)
        if any(isinstance(a, Gone) for a in args):
            return Gone()
        if op == "not":
            return ~truth_of(args[0])
        if op == "计数":
            return counted([truth_of(a) for a in args])
        return reckon(op, [a for a in args if isinstance(a, Span)])


class Inline(_Batch):
    """Rules as expressions inside others, over the columns of a frame."""

    def rule(self, name: str) -> Cell:
        """The rule's formula as one cell."""
        if name not in self.cells:
            self.cells[name] = fold(self.law.formulas[name].node, self)
        return self.cells[name]


def prove(law: Law) -> list[tuple[str, Said]]:
    """Rules whose bounds cannot be held: (rule, why)."""
    work = _Batch(law, {n for i in law.inputs for n in (i, f"{i}{LOW}", f"{i}{HIGH}")})
    refused: list[tuple[str, Said]] = []
    for name in law.order:
        try:
            work.columns(name)
        except Invalid as e:
            refused.append((name, e.words))
            work.cells[name] = Gone()
    return refused
