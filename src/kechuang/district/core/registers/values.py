"""Values of a record: from what people write to what the row holds, and back; and what is wrong
with them.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import models

from kechuang.district.core.workflow import Step
from kechuang.engines.base.days import in_our_time
from kechuang.engines.base.errors import Invalid, InvalidForm
from kechuang.engines.text import normalise

from .declaration import Register, Thing, Values, fields_of


def settled(register: Register[Thing], values: Values) -> dict[str, Any]:
    """Plain values (ISO days, codes) as the record holds them; what is no field of it is left out.

    Raises:
        InvalidForm: A code that names nothing.
    """
    made: dict[str, Any] = {}
    errors: list[Invalid] = []
    holds = _holds(register.model)
    for name, value in values.items():
        refers = register.refers.get(name)
        if refers and isinstance(value, str):
            made[name] = refers.found([value]).get(value) if value else None
            if value and made[name] is None:
                errors.append(Invalid("organisation.unknown_code", name, code=value))
        elif name in holds:
            made[name] = holds[name](value)
    if errors:
        raise InvalidForm(errors)
    return made


@lru_cache(maxsize=256)
def _holds(model: type[Any]) -> dict[str, Callable[[Any], Any]]:
    """Field → how it holds a plain value."""
    return {name: _way(kept) for name, kept in fields_of(model).items()}


def _way(kept: Any) -> Callable[[Any], Any]:
    is_text = isinstance(kept, (models.CharField, models.TextField))
    blank = "" if is_text and not kept.null else None
    if isinstance(kept, models.DateField):
        read: Callable[[str], Any] = date.fromisoformat
    elif isinstance(kept, models.CharField):
        read = normalise
    else:
        return lambda value: blank if value is None or value == "" else value

    def hold(value: Any) -> Any:
        if value is None or value == "":
            return blank
        return read(value) if isinstance(value, str) else value

    return hold


def written(
    register: Register[Thing], thing: Thing, names: Collection[str] | None = None
) -> dict[str, Any]:
    """A record as a row of its layout: codes for what it refers to, plain values else.

    ``names``: only these columns.
    """
    made: dict[str, Any] = {}
    for column in register.columns:
        if names is not None and column.field not in names:
            continue
        value = getattr(thing, column.field)
        refers = register.refers.get(column.field)
        if refers:
            made[column.field] = refers.written(value) if value is not None else None
            if refers.named_by:
                made[refers.named_by] = str(value) if value is not None else None
        else:
            made[column.field] = value
    for name in register.files if names is None else ():
        digest = getattr(thing, name)
        made[name] = f"{getattr(thing, f'{name}_name')} · {digest[:12]}" if digest else None
    return made


def put(register: Register[Thing], thing: Thing, values: Values) -> None:
    """Put settled values on a record, and what follows from them."""
    for name, value in values.items():
        setattr(thing, name, value)
    register.derive(thing)


class Judge:
    """Says what is wrong with records of a register on a day; what its layout asks is looked up
    once, for many records.
    """

    def __init__(self, register: Register[Any], day: date) -> None:
        self.register, self.day, self.columns = register, day, register.columns
        asked = [c for c in self.columns if c.required or c.field in register.always]
        self.asked = getter([register.attname(c.field) for c in asked])
        self.bounded = [(c.field, c.longest) for c in self.columns if c.longest]
        self.days = [c.field for c in self.columns if c.kind == "day"]

    def __call__(self, thing: Any, step: Step[Any] | None = None) -> list[Invalid]:
        """What is wrong with a record as it stands (and for a step), in the order of the checks;
        the first of a field.
        """
        found = [] if self._complete(thing) else list(self._required(thing))
        found += _of_our_time(thing, self.days)
        for check in self.register.checks:
            found += check(self.register, thing, self.day)
        firsts: dict[str, Invalid] = {}
        for error in [*self._missing(thing, step), *found] if step or found else ():
            firsts.setdefault(error.field, error)
        return list(firsts.values())

    def _missing(self, thing: Any, step: Step[Any] | None) -> Iterable[Invalid]:
        for name in step.must if step else ():
            if getattr(thing, self.register.attname(name)) in (None, ""):
                yield Invalid("field.missing", name, label=self.register.heading(name))

    def _complete(self, thing: Any) -> bool:
        """Whether nothing that can be asked for is missing or too long: of most records true."""
        held = self.asked(thing)
        if None in held or "" in held:
            return False
        return not any(_longer(getattr(thing, name), most) for name, most in self.bounded)

    def _required(self, thing: Any) -> Iterable[Invalid]:
        """What the layout says must be filled in (but in the states in which a record may be
        half-done), and no longer than may be.
        """
        register = self.register
        half_done = thing.state in register.half_done
        for column in self.columns:
            wanted = column.field in register.always if half_done else column.required
            if wanted and getattr(thing, register.attname(column.field)) in (None, ""):
                yield Invalid("field.missing", column.field, label=column.heading)
            if column.longest and _longer(getattr(thing, column.field), column.longest):
                yield Invalid(
                    "field.too_long", column.field, label=column.heading, most=column.longest
                )


def _longer(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value) > most


def getter(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Takes some attributes of a thing."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda thing: tuple(getattr(thing, name) for name in names)


def _of_our_time(thing: Any, names: Iterable[str]) -> Iterable[Invalid]:
    """No day of another era, by whatever way it came: it would close every page that reckons with
    it.
    """
    for name in names:
        found = getattr(thing, name)
        try:
            if found is not None:
                in_our_time(found, name)
        except Invalid as e:
            yield e


def errors_of(
    register: Register[Thing], thing: Thing, day: date, step: Step[Any] | None = None
) -> list[Invalid]:
    """What is wrong with one record as it stands: see `Judge`."""
    return Judge(register, day)(thing, step)


def questions_of(
    register: Register[Thing], thing: Thing, day: date, beside: Sequence[Thing] = ()
) -> list[Invalid]:
    """What a person is to be asked about a record as it would be; a half-done one is asked nothing.

    ``beside``: the other records of the same sheet, as they would be.
    """
    if thing.state in register.half_done:
        return []
    return [q for question in register.questions for q in question(register, thing, day, beside)]


def state_of(register: Register[Thing], thing: Thing) -> dict[str, Any]:
    """Every field of a record but those that `advance` keeps."""
    kept = {"state", "version", "changed_at"}
    return {
        f.attname: getattr(thing, f.attname)
        for f in register.model._meta.concrete_fields
        if f.name not in kept and not f.primary_key
    }


def taken_by_another(register: Register[Thing], thing: Thing) -> list[Invalid]:
    """What another record has already."""
    found = []
    for given in register.unique:
        names = (given,) if isinstance(given, str) else given
        values = [getattr(thing, register.attname(n)) for n in names]
        if any(v in (None, "", []) for v in values):
            continue
        terms = {
            register.path(n): _as_kept(register, n, v) for n, v in zip(names, values, strict=True)
        }
        if register.model._default_manager.filter(**terms).exclude(pk=thing.pk).exists():
            found.append(taken(register, names[0], values[0]))
    return found


def _as_kept(register: Register[Any], name: str, value: Any) -> Any:
    """A value as the database compares it: among the facts of a declared record a day is its text."""
    is_fact = name in getattr(register.model, "extra_fields", {})
    return value.isoformat() if is_fact and isinstance(value, date) else value


def taken(register: Register[Any], name: str, value: object) -> Invalid:
    """The refusal of a number that another record has."""
    return Invalid("field.taken", name, label=register.heading(name), value=value)
