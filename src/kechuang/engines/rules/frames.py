"""Subjects' inputs as a frame for the batch evaluator."""

from collections.abc import Mapping, Sequence

import polars as pl

from .batch import HIGH, LOW, SCALE
from .packs import Input
from .values import Number, Value


def frame_of(inputs: Mapping[str, Input], rows: Sequence[Mapping[str, Value]]) -> pl.DataFrame:
    """One row a subject, in the units of the batch: fen, booleans, millionths for shares; null
    where it is not known.

    A share that is no whole number of millionths cannot be put in exactly and is left unknown.
    """
    columns: list[pl.Series] = []
    for name, given in inputs.items():
        values = [row.get(name) for row in rows]
        if given.unit == "是否":
            columns.append(
                pl.Series(name, [v if isinstance(v, bool) else None for v in values], pl.Boolean)
            )
            continue
        scale = SCALE if given.unit in ("%", "倍") else 1
        ends = [(_whole(v, "low", scale), _whole(v, "high", scale)) for v in values]
        if given.interval:
            columns.append(pl.Series(name + LOW, [a for a, _ in ends], pl.Int64))
            columns.append(pl.Series(name + HIGH, [b for _, b in ends], pl.Int64))
        else:
            columns.append(pl.Series(name, [a if a == b else None for a, b in ends], pl.Int64))
    return pl.DataFrame(columns)


def exact_in(inputs: Mapping[str, Input], row: Mapping[str, Value]) -> bool:
    """Whether the batch can hold a subject's inputs exactly, within the ranges for which its bounds
    are proved.
    """
    return all(_exact_in(inputs[n], value) for n, value in row.items() if n in inputs)


def _exact_in(given: Input, value: Value) -> bool:
    if not isinstance(value, Number) or given.unit == "是否":
        return True
    scale = SCALE if given.unit in ("%", "倍") else 1
    return (
        given.low <= value.low <= value.high <= given.high
        and (value.exact or given.interval)
        and all((end * scale).denominator == 1 for end in (value.low, value.high))
    )


def _whole(value: Value | None, side: str, scale: int) -> int | None:
    if not isinstance(value, Number):
        return None
    scaled = getattr(value, side) * scale
    return int(scaled) if scaled.denominator == 1 else None
