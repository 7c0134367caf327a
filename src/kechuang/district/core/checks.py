"""Checks that several registers share: what a record can never be, said at the field."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from kechuang.engines.base.errors import Invalid

from .registers import Check, Question, Register


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


_OFTEN = 10  # records from which what is usual can be told
_ODD = 1000  # times more or less than usual: 元 for 万元 is 10,000 times


def odd_amounts(*names: str, **among: object) -> Question:
    """Amounts far from what the register holds: the unit may be another one.

    Rows of a sheet are not asked one by one: there a column is asked about as a whole.

    Args:
        among: Which records say what is usual: those that whoever asks may know of.
    """

    def ask(
        register: Register[Any], thing: Any, day: date, beside: Sequence[Any]
    ) -> Iterable[Invalid]:
        for name in names:
            amount = getattr(thing, name)
            usual = _usual(register, name, among) if amount and not beside else None
            if usual and not usual / _ODD < amount < usual * _ODD:
                yield Invalid("amount.odd", name, label=register.heading(name), amount_fen=amount)

    return ask


def _usual(register: Register[Any], name: str, among: Mapping[str, object]) -> int | None:
    """The middle one of the amounts on record, in fen; None of too few."""
    held = register.model._default_manager.filter(**{f"{name}__gt": 0}, **among)
    count = held.count()
    if count < _OFTEN:
        return None
    found: int = held.order_by(name).values_list(name, flat=True)[count // 2]
    return found
