"""What published and reported figures have in common: reading them, and asking about them."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from kechuang.district.core.books import current_book
from kechuang.district.core.registers import REGISTERS, Register
from kechuang.district.core.search import facets_of, text_of
from kechuang.district.plan import queries
from kechuang.district.plan.models import Bulletin, ReportedFigure
from kechuang.engines.base.errors import Invalid
from kechuang.engines.planning import kept, printed, suspicious
from kechuang.engines.search import EVERYBODY, Face

_WHOLE = 100  # %


_OPEN = {"bulletin": "recorded", "completeness": "stated"}  # the state in which it is everybody's


def faces(thing: Any) -> list[Face]:
    """Under what its indicator is called."""
    register = next(r for r in REGISTERS.values() if r.model is type(thing))
    keys = frozenset({"system", *(f"role:{r}" for r in queries.SEES_RETURNS)})
    if _OPEN.get(type(thing).__name__.lower()) == thing.state:
        keys = frozenset({EVERYBODY})
    indicator = current_book().indicators.get(thing.indicator)
    called = (indicator.title, *indicator.aliases) if indicator else ()
    text = replace(text_of(register, thing), keywords=called)
    return [Face(keys, text, facets_of(register, thing))]


def unit(thing: Bulletin | ReportedFigure) -> str:
    found = current_book().indicators.get(thing.indicator)
    return found.unit if found else ""


def plainly(thing: Bulletin | ReportedFigure) -> None:
    """A value as exact digits in the indicator's unit; what cannot be read stays, to be refused.

    A layout of an older law gives the indicator's title where today's gives its id.
    """
    for found in current_book().indicators.values():
        if thing.indicator in (found.title, *found.aliases):
            thing.indicator = found.id
    with suppress(Invalid):
        thing.value = printed(thing.value or "", unit(thing))


def of_the_book(register: Register[Any], thing: Any, day: date) -> Iterable[Invalid]:
    """The indicator is one that the book in force knows."""
    if thing.indicator and thing.indicator not in current_book().indicators:
        yield Invalid("figure.indicator_unknown", "indicator", words=thing.indicator)


def far(day: date, value: str, before: Iterable[tuple[date, str]]) -> Iterable[Invalid]:
    """A value far from the last one before its day."""
    earlier = [(on, last) for on, last in before if on < day]
    last = max(earlier, default=None)
    with suppress(InvalidOperation):
        then = kept(last[1]) if last else None
        if then is not None and (asked := suspicious(Decimal(value), then)):
            yield Invalid(asked, "value")


def share(
    register: Register[Any], thing: Bulletin | ReportedFigure, day: date, beside: Sequence[Any]
) -> Iterable[Invalid]:
    """A share of more than the whole; growth may be."""
    with suppress(InvalidOperation):
        if unit(thing) == "%" and abs(Decimal(thing.value)) > _WHOLE:
            yield Invalid("figure.above_whole", "value", value=thing.value)


def readable(register: Register[Any], thing: Any, day: date) -> Iterable[Invalid]:
    try:
        found = printed(thing.value or "", unit(thing))
    except Invalid as e:
        yield e
    else:
        if not found:
            yield Invalid("bulletin.no_value", "value")
