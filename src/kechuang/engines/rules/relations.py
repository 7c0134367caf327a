"""Relations one level deep: an agency's contracts, a firm's shareholders, summed or counted into
inputs.

A policy declares the aggregate, so that its formulas stay one line about one subject. The evaluator
that reckons rules reckons the condition of every row.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

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
