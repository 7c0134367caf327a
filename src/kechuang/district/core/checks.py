"""Checks that several registers share: what a record can never be, said at the field."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from kechuang.engines.base.errors import Invalid

from .registers import Check, Register


def not_in_future(*names: str) -> Check:
    """Days that have come."""

    def check(register: Register[Any], thing: Any, day: date) -> Iterable[Invalid]:
        for name in names:
            found = getattr(thing, name)
            if found and found > day:
                yield Invalid("day.in_future", name, label=register.heading(name))

    return check


def in_order(first: str, second: str) -> Check:
    """Two days, the second not before the first, where both are known."""

    def check(register: Register[Any], thing: Any, day: date) -> Iterable[Invalid]:
        start, end = getattr(thing, first), getattr(thing, second)
        if start and end and end < start:
            names = register.heading(first), register.heading(second)
            yield Invalid("day.reversed", second, first=names[0], second=names[1])

    return check
