"""What many subjects lack: for every row the least number of steps of one action after which a
rule holds.

Along an action inputs are straight lines in the number of steps k, so every comparison that the
rule may meet turns where
a straight line crosses zero. Those crossings are reckoned for all rows at once, as integers; the
rule itself is then
asked at each of them, and the least k that passes is the answer: between two crossings nothing
changes. A rule in which
two moving quantities are multiplied, or a moving one is rounded, is refused here; ``gaps.gap``
answers for one subject.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import polars as pl

from kechuang.engines.base.errors import Invalid

from . import ratios as r
from .batch import HIGH, LOW, SCALE, Inline, run
from .law import Law
from .lawful import Unfolded
from .packs import Action, Input, Tiers
from .ratios import Ratio
from .spans import Cell, Span
from .values import COMPARISONS, Number


@dataclass(frozen=True)
class _Line:
    """rest + slope · k, row by row. A slope of None is zero; ``most`` bound both."""

    rest: pl.Expr
    most: int
    slope: pl.Expr | None = None
    slope_most: int = 0


_ONE = _Line(r.whole(1), 1)


@dataclass(frozen=True)
class _Quotient:
    num: _Line
    den: _Line = _ONE


@dataclass(frozen=True)
class _Part:
    """A part of the rule: what the batch makes of it where the action does not move it, else all
    that a number may be along the action: its ends, in each case that a step or a 若 distinguishes.
    A condition is nothing of the kind.
    """

    still: Callable[[], Cell] | None = None
    may_be: tuple[_Quotient, ...] = ()

    def quotients(self) -> tuple[_Quotient, ...]:
        """All that it may be."""
        if self.still is None:
            return self.may_be
        cell = self.still()
        if not isinstance(cell, Span):
            return ()
        ends = (cell.low,) if cell.exact else (cell.low, cell.high)
        return tuple(_Quotient(_Line(e.num, e.most), _den(e)) for e in ends)


def gap_batch(law: Law, frame: pl.DataFrame, wanted: str, action: Action) -> pl.Series:
    """The least number of steps for every row.

    Args:
        frame: As for ``batch.run``.

    Returns:
        0 where the rule holds already, null where no number of steps within limit and range
        suffices, or where what the
        action moves is not known.

    Raises:
        Invalid: The rule is not made of straight lines along this action.
    """
    moving = set(action.effects)
    if wanted not in law.formulas or not moving <= set(law.inputs):
        return pl.Series(action.name, [None] * frame.height, pl.Int64)
    missing = [
        n for n in moving if not set(_columns(law, n, set(frame.columns))) <= set(frame.columns)
    ]
    frame = frame.with_columns(pl.lit(None, pl.Int64).alias(n) for n in missing)
    marked = frame.with_row_index("·行")
    holds = run(law, frame, [wanted]).truth(wanted)
    failing = marked.filter(~holds.fill_null(False))
    answers = _least(law, failing, wanted, action)
    found = marked.select("·行").with_columns(pl.when(holds).then(0).otherwise(None).alias("·步"))
    joined = found.join(answers, on="·行", how="left")
    return joined.select(pl.coalesce("·步", "·少").cast(pl.Int64)).to_series().alias(action.name)


def _least(law: Law, failing: pl.DataFrame, wanted: str, action: Action) -> pl.DataFrame:
    given = set(failing.columns)
    crossings = _Crossings(law, given, action)
    limit = _room(law, action, given)
    columns = [c.alias(f"·{n}") for n, c in enumerate(crossings.of(wanted))]
    lazy = failing.lazy().with_columns(limit.alias("·限")).with_columns(columns)
    names = [f"·{n}" for n in range(len(columns))]
    whole = lazy.collect()
    found: list[pl.DataFrame] = []
    for name in names:
        for beyond in (0, 1):
            steps = (pl.col(name) + beyond).alias("·试")
            trial = whole.with_columns(steps)
            there = pl.col("·试").is_between(1, pl.col("·限"))
            part = trial.filter(there)
            if not part.height:
                continue
            passes = run(law, part.with_columns(_moved(law, action, given)), [wanted]).truth(wanted)
            found.append(
                part.filter(passes.fill_null(False)).select("·行", pl.col("·试").alias("·少"))
            )
    if not found:
        return pl.DataFrame({"·行": [], "·少": []}, schema={"·行": pl.UInt32, "·少": pl.Int64})
    return pl.concat(found).group_by("·行").agg(pl.col("·少").min())


def _scaled(law: Law, action: Action, name: str) -> int:
    """What one step adds to a column, in the batch's unit.

    Raises:
        Invalid: It is no whole number there.
    """
    den = SCALE if law.inputs[name].unit in ("%", "倍") else 1
    by = action.effects[name] * action.step * den
    if by.denominator != 1:
        raise Invalid("rules.gap_step", "action")
    return int(by)


def _columns(law: Law, name: str, given: set[str]) -> list[str]:
    interval = law.inputs[name].interval and f"{name}{LOW}" in given
    return [f"{name}{LOW}", f"{name}{HIGH}"] if interval else [name]


def _moved(law: Law, action: Action, given: set[str]) -> list[pl.Expr]:
    """The inputs after ``·试`` steps."""
    return [
        (pl.col(c) + pl.col("·试") * _scaled(law, action, n)).alias(c)
        for n in action.effects
        for c in _columns(law, n, given)
        if c in given
    ]


def _room(law: Law, action: Action, known: set[str]) -> pl.Expr:
    """The most steps of each row: the action's limit, and no input beyond what it can possibly be."""
    most = pl.lit(int(action.limit / action.step), pl.Int64)
    for name in action.effects:
        by, given = _scaled(law, action, name), law.inputs[name]
        den = SCALE if given.unit in ("%", "倍") else 1
        end = int((given.high if by > 0 else given.low) * den)
        for column in _columns(law, name, known):
            if by and column in known:
                way = (pl.lit(end) - pl.col(column)) * (1 if by > 0 else -1)
                most = pl.min_horizontal(most, way // abs(by))
    return most


class _Crossings(Unfolded[_Part]):
    """Where the comparisons below a rule may turn, as whole numbers of steps (rounded down)."""

    def __init__(self, law: Law, given: set[str], action: Action) -> None:
        super().__init__(law)
        self.columns, self.action = given, action
        self.inline = Inline(law, given)
        self.lines: list[_Line] = []

    def of(self, wanted: str) -> Iterator[pl.Expr]:
        """One column of candidate steps for each straight line."""
        self.named(wanted)
        seen = set()
        for line in self.lines:
            if line.slope is None:
                continue
            key = str(line.rest) + str(line.slope)
            if key not in seen:
                seen.add(key)
                yield _root(line)

    def number(self, number: Number) -> _Part:
        return _Part(lambda: self.inline.number(number))

    def fact(self, given: Input) -> _Part:
        if given.name not in self.action.effects:
            return _Part(lambda: self.inline.fact(given))
        den = SCALE if given.unit in ("%", "倍") else 1
        by = _scaled(self.law, self.action, given.name)
        most = int(max(abs(given.low), abs(given.high)) * den)
        slope = r.whole(by) if by else None
        below = _Line(r.whole(den), den)
        columns = _columns(self.law, given.name, self.columns)
        ends = (_Quotient(_Line(pl.col(c), most, slope, abs(by)), below) for c in columns)
        return _Part(None, tuple(ends))

    def rule(self, name: str) -> _Part:
        part = super().rule(name)
        return part if part.still is None else _Part(partial(self.inline.named, name))

    def absent(self, name: str) -> _Part:
        return _Part(partial(self.inline.absent, name))

    def unpublished(self, name: str) -> _Part:
        return _Part(partial(self.inline.unpublished, name))

    def choose(self, test: _Part, yes: Callable[[], _Part], no: Callable[[], _Part]) -> _Part:
        a, b = yes(), no()
        if test.still and (x := a.still) and (y := b.still):
            asked = test.still
            return _Part(lambda: self.inline.choose(asked(), x, y))
        return _Part(None, (*a.quotients(), *b.quotients()))

    def stepped(self, value: _Part, table: Tiers | None, name: str) -> _Part:
        if value.still:
            graded = value.still
            return _Part(lambda: self.inline.stepped(graded(), table, name))
        if table is None:
            return _Part()
        bounds = [_fixed(s.bound) for s in table.steps if s.bound is not None]
        self._compared(value.quotients(), bounds)
        values = {x for s in table.steps for x in (s.value.low, s.value.high)}
        return _Part(None, tuple(_fixed(v) for v in sorted(values)))

    def applied(self, op: str, args: Sequence[_Part]) -> _Part:
        cells = [a.still for a in args if a.still]
        if len(cells) == len(args):
            return _Part(lambda: self.inline.applied(op, [cell() for cell in cells]))
        if op in ("and", "or", "not"):
            return _Part()
        parts = [a.quotients() for a in args]
        if op in COMPARISONS:
            self._compared(*parts)
            return _Part()
        if op in ("取大", "取小"):
            for n, a in enumerate(parts):
                for b in parts[n + 1 :]:
                    self._compared(a, b)
            return _Part(None, tuple(q for part in parts for q in part))
        return _Part(None, self._reckoned(op, parts))

    def _compared(self, left: Sequence[_Quotient], right: Sequence[_Quotient]) -> None:
        for a in left:
            for b in right:
                self.lines.append(_added(_times(a.num, b.den), _times(b.num, a.den), -1))
                self.lines += [a.den, b.den]

    def _reckoned(self, op: str, parts: Sequence[tuple[_Quotient, ...]]) -> tuple[_Quotient, ...]:
        found = parts[0]
        if op == "neg":
            return tuple(_Quotient(_negated(q.num), q.den) for q in found)
        if op not in ("+", "-", "合计", "*", "/"):
            raise Invalid("rules.gap_line", "formula", op=op)
        for other in parts[1:]:
            found = tuple(_combined(op, a, b) for a in found for b in other)
            if len(found) > 200:
                raise Invalid("rules.gap_cases", "formula")
        if op == "/":
            self.lines += [q.den for q in found]
        return found


def _den(ratio: Ratio) -> _Line:
    den = r.whole(ratio.den) if isinstance(ratio.den, int) else ratio.den
    return _Line(den, ratio.den_most)


def _fixed(value: Fraction | None) -> _Quotient:
    exact = Fraction(value or 0)
    return _Quotient(
        _Line(r.whole(exact.numerator), max(abs(exact.numerator), 1)),
        _Line(r.whole(exact.denominator), exact.denominator),
    )


def _negated(line: _Line) -> _Line:
    return _Line(
        r.negated(line.rest),
        line.most,
        None if line.slope is None else r.negated(line.slope),
        line.slope_most,
    )


def _added(a: _Line, b: _Line, sign: int = 1) -> _Line:
    other = b if sign > 0 else _negated(b)
    x, y = r.fit(a.most + b.most, a.rest, other.rest)
    slope = a.slope if other.slope is None else other.slope
    if a.slope is not None and other.slope is not None:
        p, q = r.fit(a.slope_most + b.slope_most, a.slope, other.slope)
        slope = p + q
    return _Line(x + y, a.most + b.most, slope, a.slope_most + b.slope_most)


def _times(a: _Line, b: _Line) -> _Line:
    if a.slope is not None and b.slope is not None:
        raise Invalid("rules.gap_product", "formula")
    if b.slope is not None:
        a, b = b, a
    most, slope_most = a.most * b.most, a.slope_most * b.most
    slope = None if a.slope is None else r.times(a.slope, b.rest, slope_most)
    return _Line(r.times(a.rest, b.rest, most), most, slope, slope_most)


def _combined(op: str, a: _Quotient, b: _Quotient) -> _Quotient:
    if op == "*":
        return _Quotient(_times(a.num, b.num), _times(a.den, b.den))
    if op == "/":
        return _Quotient(_times(a.num, b.den), _times(a.den, b.num))
    sign = -1 if op == "-" else 1
    if a.den is b.den:
        return _Quotient(_added(a.num, b.num, sign), a.den)
    return _Quotient(_added(_times(a.num, b.den), _times(b.num, a.den), sign), _times(a.den, b.den))


def _root(line: _Line) -> pl.Expr:
    """⌊k⌋ where rest + slope · k = 0; null where the line is level."""
    assert line.slope is not None
    rest, slope = r.fit(max(line.most, line.slope_most), line.rest, line.slope)
    sign = pl.when(slope < 0).then(-1).otherwise(1)
    below = pl.when(slope == 0).then(None).otherwise(slope * sign)
    return ((rest * (sign * -1)) // below).clip(-2, 1 << 61).cast(pl.Int64)
