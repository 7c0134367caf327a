"""What waits on what: circles, and days that cannot both hold."""

import graphlib
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def circle(waits: Mapping[Key, Iterable[Key]]) -> tuple[Key, ...]:
    """A circle among those who wait on one another, each waiting on the next; empty when there is
    none.
    """
    try:
        graphlib.TopologicalSorter(waits).prepare()
    except graphlib.CycleError as e:
        return tuple(reversed(e.args[1][1:]))
    return ()


def out_of_order(
    due: Mapping[Key, date], waits: Mapping[Key, Iterable[Key]]
) -> list[tuple[Key, Key]]:
    """(who waits, whom it waits on) wherever the one waited on is due later than the one that
    waits.
    """
    return [
        (key, other)
        for key, others in waits.items()
        for other in others
        if key in due and other in due and due[other] > due[key]
    ]
