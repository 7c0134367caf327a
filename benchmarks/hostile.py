"""Rows that try to make two evaluators disagree: bounds, a unit beside them, zeros, negatives,
nulls, intervals.
"""

import random
from fractions import Fraction

import polars as pl

from kechuang.engines.rules import Input, Law, Number, Tiers, Value, one
from kechuang.engines.rules.batch import HIGH, LOW, SCALE


def hostile(law: Law, count: int, seed: int) -> tuple[pl.DataFrame, list[dict[str, Value]]]:
    """The same rows for the batch (a frame) and for the exact evaluator (mappings)."""
    rng = random.Random(seed)
    columns: list[pl.Series] = []
    given: list[dict[str, Value]] = [{} for _ in range(count)]
    for name, each in law.inputs.items():
        if each.unit == "是否":
            truths = [rng.choice([True, False, None]) for _ in range(count)]
            columns.append(pl.Series(name, truths, pl.Boolean))
            _give(given, name, truths)
            continue
        den = SCALE if each.unit in ("%", "倍") else 1
        corners = _corners(law, each)
        lows = [_pick(rng, each, corners, den) for _ in range(count)]
        if not each.interval:
            columns.append(pl.Series(name, lows, pl.Int64))
            _give(given, name, [None if x is None else one(Fraction(x, den)) for x in lows])
            continue
        top = int(each.high * den)
        highs = [None if x is None else min(x + rng.choice([0, 0, 1, 3]), top) for x in lows]
        columns += [
            pl.Series(f"{name}{LOW}", lows, pl.Int64),
            pl.Series(f"{name}{HIGH}", highs, pl.Int64),
        ]
        both = zip(lows, highs, strict=True)
        _give(
            given,
            name,
            [
                None if x is None or y is None else Number(Fraction(x, den), Fraction(y, den))
                for x, y in both
            ],
        )
    return pl.DataFrame(columns), given


def _give(given: list[dict[str, Value]], name: str, values: list) -> None:
    for row, value in zip(given, values, strict=True):
        if value is not None:
            row[name] = value


def _corners(law: Law, each: Input) -> list[Fraction]:
    """Where results jump: the ends of the range, zero, every bound of the law in this unit."""
    found = [each.low, each.high, Fraction(0)]
    for held in law.held.values():
        if isinstance(held.value, Number) and held.parameter.unit == each.unit:
            found.append(held.value.low)
        if isinstance(held.value, Tiers) and held.parameter.by == each.unit:
            found += [s.bound for s in held.value.steps if s.bound is not None]
    return found


def _pick(rng: random.Random, each: Input, corners: list[Fraction], den: int) -> int | None:
    dice = rng.random()
    if dice < 0.08:
        return None
    if dice < 0.6:
        value = int(rng.choice(corners) * den) + rng.choice([-1, 0, 0, 1])
    elif dice < 0.8:
        value = int((each.low + (each.high - each.low) * Fraction(rng.randrange(1001), 1000)) * den)
    else:
        value = rng.randrange(20)
    return min(max(value, int(each.low * den)), int(each.high * den))
