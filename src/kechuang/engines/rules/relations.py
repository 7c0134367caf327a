"""Relations one level deep: an agency's contracts, a firm's shareholders, summed or counted into
inputs.

A policy declares the aggregate, so that its formulas stay one line about one subject. The same
two evaluators that reckon
rules reckon the condition of every row: exactly for one subject, in a batch for many.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

import polars as pl

from .batch import run
from .exact import evaluate
from .law import Law, at
from .packs import Aggregate, Policy, Relation, Rule
from .values import UNKNOWN, Number, Value, one

Rows = Mapping[str, Sequence[Mapping[str, Value]]]
_KEPT = "计入"


def gather(policies: Sequence[Policy], rows: Rows, day: date) -> dict[str, Value]:
    """The declared aggregates of one subject.

    Args:
        rows: By relation, each row's columns as values. A relation that is not given gives
            nothing; an empty one gives 0.

    Returns:
        Inputs. A row of which it cannot be told whether it counts makes a sum an interval.
    """
    made: dict[str, Value] = {}
    for policy in policies:
        for each in policy.aggregates.values():
            if each.relation in rows:
                made[each.input] = _one(policy, each, rows[each.relation], day)
    return made


def _one(policy: Policy, each: Aggregate, rows: Sequence[Mapping[str, Value]], day: date) -> Value:
    law = _law_of_rows(policy.relations[each.relation], each, day)
    total = Number(Fraction(0), Fraction(0))
    for row in rows:
        counts = evaluate(law, row, [_KEPT])[_KEPT]
        value = one(1) if each.how == "计数" else row.get(each.column, UNKNOWN)
        if counts is False:
            continue
        if not isinstance(value, Number):
            return UNKNOWN
        sure = counts is True
        total = Number(
            total.low + (value.low if sure else min(value.low, Fraction(0))),
            total.high + (value.high if sure else max(value.high, Fraction(0))),
        )
    return total


def _law_of_rows(relation: Relation, each: Aggregate, day: date) -> Law:
    """The condition of a row as a law of its own, whose inputs are the columns."""
    rule = Rule(_KEPT, "是否", ((day, each.text, each.where),), "", "")
    columns = dict(relation.columns)
    policy = Policy(
        "rows",
        "",
        "",
        (),
        "",
        None,
        day,
        None,
        (),
        "",
        "",
        (_KEPT,),
        columns,
        {},
        {_KEPT: rule},
        {},
        (),
    )
    return at([policy], day)


def gather_batch(
    policies: Sequence[Policy],
    tables: Mapping[str, pl.DataFrame],
    day: date,
    subject: str = "id",
    subjects: pl.Series | None = None,
) -> pl.DataFrame:
    """The declared aggregates of many subjects: one row a subject, in the units of the batch.

    Args:
        tables: By relation, rows with the subject's key in ``subject`` and columns in the units
            of the batch.
        subjects: All subjects asked about; without them those that have a row anywhere. Who has
            no row in a table has 0.

    A sum that rests on a row of which it cannot be told whether it counts is null. Sums are
    reckoned in Int128.
    """
    keys = [table[subject] for table in tables.values()]
    everyone: pl.Series | list[object] = (
        subjects if subjects is not None else pl.concat(keys).unique() if keys else []
    )
    found = pl.DataFrame({subject: everyone})
    for policy in policies:
        for each in policy.aggregates.values():
            if each.relation not in tables:
                continue
            summed = _many(policy, each, tables[each.relation], day, subject)
            held = found.join(
                summed.with_columns(pl.lit(True).alias(_KEPT)), on=subject, how="left"
            )
            told = pl.when(pl.col(_KEPT)).then(pl.col(each.input)).otherwise(0).alias(each.input)
            found = held.with_columns(told).drop(_KEPT)
    return found


def _many(
    policy: Policy, each: Aggregate, table: pl.DataFrame, day: date, subject: str
) -> pl.DataFrame:
    law = _law_of_rows(policy.relations[each.relation], each, day)
    counts = run(law, table, [_KEPT]).truth(_KEPT)
    value = pl.lit(1, pl.Int128) if each.how == "计数" else pl.col(each.column).cast(pl.Int128)
    open_ends = pl.col(_KEPT).is_null() | (pl.col(_KEPT) & value.is_null())
    summed = pl.when(pl.col(_KEPT)).then(value).otherwise(pl.lit(0, pl.Int128)).sum()
    return (
        table.with_columns(counts.alias(_KEPT))
        .group_by(subject)
        .agg(pl.when(open_ends.any()).then(None).otherwise(summed).cast(pl.Int64).alias(each.input))
    )
