"""Where rooms say what they do after an entry, on a schedule, or when there is nothing else to
do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .models import Entry

React = Callable[[Sequence[Entry]], None]
Tick = Callable[[datetime], None]
Idle = Callable[[], bool]


class Away(Exception):
    """What a reaction needs outside the house does not answer: all of its deliveries wait a little."""


@dataclass(frozen=True)
class Reaction:
    """``run`` receives entries in order; it must be idempotent. ``batch`` is how many at once."""

    name: str
    kinds: tuple[str, ...]
    run: React
    batch: int


@dataclass(frozen=True)
class Schedule:
    name: str
    every: timedelta
    run: Tick


REACTIONS: dict[str, Reaction] = {}
SCHEDULES: dict[str, Schedule] = {}
IDLE: dict[str, Idle] = {}


def _name(function: Callable[..., object]) -> str:
    return f"{function.__module__.removeprefix('kechuang.district.')}.{function.__name__}"


def on(*kinds: str, batch: int = 1) -> Callable[[React], React]:
    """Run after entries of these kinds ("market.demand.publish", or "market.demand.*")."""

    def keep(function: React) -> React:
        REACTIONS[_name(function)] = Reaction(_name(function), kinds, function, batch)
        return function

    return keep


def every(**interval: float) -> Callable[[Tick], Tick]:
    """Run on a schedule: ``@every(hours=1)``. Receives the moment."""

    def keep(function: Tick) -> Tick:
        SCHEDULES[_name(function)] = Schedule(_name(function), timedelta(**interval), function)
        return function

    return keep


def idle(function: Idle) -> Idle:
    """Run when nothing is waiting; returns whether there is more to do."""
    IDLE[_name(function)] = function
    return function


def for_kind(kind: str) -> list[Reaction]:
    """The reactions to an entry of this kind."""
    wild = kind.rpartition(".")[0] + ".*"
    return [r for r in REACTIONS.values() if kind in r.kinds or wild in r.kinds]
