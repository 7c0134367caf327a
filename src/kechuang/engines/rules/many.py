"""Many subjects at once, said as for one: in a batch wherever the batch is exact, one by one where
it is not.

The batch counts in whole fen and millionths and proves its bounds for the ranges that inputs declare.
A subject whose figures are finer or beyond is reckoned alone, so that nobody's answer depends on how
many were asked about.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from kechuang.engines.base.errors import Invalid

from .batch import Run, run
from .exact import evaluate
from .frames import exact_in, frame_of
from .gap_batch import gap_batch
from .gaps import Gap, cheapest_first, gap, reached
from .law import Law
from .packs import Action, Input
from .values import ABSENT, UNKNOWN, Number, Value

Rows = Sequence[Mapping[str, Value]]


def evaluate_all(law: Law, rows: Rows, wanted: Sequence[str]) -> list[dict[str, Value]]:
    """What ``evaluate`` says of each subject; a division by zero is only UNKNOWN here.

    Args:
        rows: Each subject's inputs.
        wanted: Rules whose values are asked for.
    """
    inputs = _inputs(law, wanted)
    batched = [n for n, row in enumerate(rows) if exact_in(inputs, row)]
    names = [n for n in wanted if n in law.formulas]
    found: list[dict[str, Value]] = [{} for _ in rows]
    if batched:
        reckoned = run(law, frame_of(inputs, [rows[n] for n in batched]), names)
        columns = {name: _column(reckoned, name, len(batched)) for name in names}
        for place, n in enumerate(batched):
            found[n] = {
                name: columns[name][place] if name in columns else ABSENT for name in wanted
            }
    for n in set(range(len(rows))) - set(batched):
        found[n] = evaluate(law, rows[n], wanted)
    return found


def steps_for_all(law: Law, rows: Rows, wanted: str, action: Action) -> list[int | None]:
    """The least number of steps of an action after which a rule holds, for each subject as ``gap``
    finds it; None where none does.
    """
    moved = {n: law.inputs[n] for n in action.effects if n in law.inputs}  # each keeps its range
    inputs = _inputs(law, [wanted]) | moved
    alone = partial(_alone, law, wanted, action)
    batched = [n for n, row in enumerate(rows) if exact_in(inputs, row)]
    found: list[int | None] = [None] * len(rows)
    try:
        frame = frame_of(inputs, [rows[n] for n in batched])
        steps = gap_batch(law, frame, wanted, action).to_list() if batched else []
    except Invalid:  # not made of straight lines along this action
        return [alone(row) for row in rows]
    for n, count in zip(batched, steps, strict=True):
        found[n] = count
    for n in set(range(len(rows))) - set(batched):
        found[n] = alone(rows[n])
    return found


def gaps_for_all(law: Law, rows: Rows, wanted: str, actions: Sequence[Action]) -> list[list[Gap]]:
    """For each subject the actions of which one alone suffices, the cheapest first, as ``gaps``
    finds them; which tiers change on the way is not looked at here.
    """
    needed = set(law.needed([wanted]))
    found: list[list[Gap]] = [[] for _ in rows]
    for action in (a for a in actions if needed & set(a.effects)):
        for ways, steps in zip(found, steps_for_all(law, rows, wanted, action), strict=True):
            if steps is not None:
                ways.append(reached(action, steps))
    return [cheapest_first(ways) for ways in found]


def _alone(law: Law, wanted: str, action: Action, given: Mapping[str, Value]) -> int | None:
    return gap(law, given, wanted, action).steps


def _inputs(law: Law, wanted: Sequence[str]) -> dict[str, Input]:
    return {n: law.inputs[n] for n in law.needed(wanted)}


def _column(found: Run, name: str, size: int) -> list[Value]:
    """A result of every row as values."""
    kind = found.kinds[name]
    if kind == "gone":
        return [ABSENT] * size
    if kind == "truth":
        return [UNKNOWN if v is None else v for v in found.truth(name).to_list()]
    ends = (found.ends(name, n) for n in range(size))
    return [UNKNOWN if e is None else Number(*e) for e in ends]
