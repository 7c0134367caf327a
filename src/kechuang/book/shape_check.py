"""Holding a file of a book against its shape: what is wrong is told with line and remedy, and the
rest is read on.
"""

import difflib
import re
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kechuang.engines.base.sayings import Said

from .desk import Desk
from .kinds import Wrong
from .lines import Lined, cut

S = TypeVar("S", bound=BaseModel)
Way = tuple[str | int, ...]
_LIST = "book.no_list"
_SAID = {
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": "book.no_names",
    "too_short": "book.empty",
    "too_long": "book.one_only",
}


def held(shape: type[S], content: Any, top: Lined, desk: Desk) -> S | None:
    """What a file holds as its shape, without the entries that are wrong; None when the file as a
    whole is.

    Args:
        top: The outermost mapping, or an empty one where the file is a list.
    """
    errors = _errors(shape, content)
    for error in errors:
        _tell(error, content, top, shape, desk)
    while errors:
        dead = {_dead(error, content) for error in errors}
        _lose(content, dead, desk)
        if () in dead:
            return None
        content = cut(content, dead)
        errors = _errors(shape, content)
    return shape.model_validate(content)


def _errors(shape: type[BaseModel], content: Any) -> list[ErrorDetails]:
    try:
        shape.model_validate(content)
    except ValidationError as e:
        return e.errors(include_url=False)
    return []


def _way(content: Any, steps: Iterable[str | int]) -> Way:
    """The steps of an error's place that lead somewhere; those that name a shape lead nowhere."""
    way: list[str | int] = []
    value = content
    for step in steps:
        if isinstance(value, Lined) and str(step) in value:
            way.append(str(step))
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int):
            way.append(step)
            value = value[step]
    return tuple(way)


def _dead(error: ErrorDetails, content: Any) -> Way:
    """What must be left out because of an error: the value, or what lacks one."""
    steps = error["loc"]
    return _way(content, steps[:-1] if error["type"] == "missing" else steps)


def _lose(content: Any, dead: set[Way], desk: Desk) -> None:
    """Note what is left out, so that nobody who names it is told that it does not exist."""
    for way in dead:
        value = content
        for step in way:
            value = value[step]
        desk.lost |= {str(way[-1])} if way and isinstance(value, Lined) else set()
        desk.lost |= set(_ids(value))


def _ids(value: Any) -> Iterable[str]:
    if isinstance(value, Lined):
        yield from (str(value[k]) for k in ("id", "title") if k in value)
    if isinstance(value, (Lined, list)):
        for below in value.values() if isinstance(value, Lined) else value:
            yield from _ids(below)


def _tell(
    error: ErrorDetails, content: Any, top: Lined, shape: type[BaseModel], desk: Desk
) -> None:
    """Complain at the innermost mapping on the way to an error."""
    way = _way(content, error["loc"])
    at, key, value = top, "", content
    for step in way:
        if isinstance(value, Lined):
            at, key = value, str(step)
        value = value[step]
    if error["type"] == "missing":
        at, key = (value if isinstance(value, Lined) else at), str(error["loc"][-1])
    desk.complain(at, key, _words(error, key, value, shape))


def _words(error: ErrorDetails, key: str, value: Any, shape: type[BaseModel]) -> Said:
    kind, facts = error["type"], error.get("ctx", {})
    if not key:
        return Said("book.no_top")
    if isinstance(wrong := facts.get("error"), Wrong):
        return Said(wrong.code, key=key, **wrong.facts)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(key, _keys(shape), 1, 0.4)
        return (
            Said("book.unknown_key", key=key, near=near[0])
            if near
            else Said("book.unknown_key_at_all", key=key)
        )
    if kind == "missing":
        return Said("book.missing", key=key)
    if kind == "literal_error":
        known = tuple(re.findall(r"'([^']+)'", facts["expected"]))
        return Said("book.not_one_of", key=key, value=str(value)[:40], known=known)
    if kind == "string_pattern_mismatch":
        return Said("book.no_name", key=key, value=value, pattern=facts["pattern"])
    if kind == "model_type":
        known = tuple(_own_keys(shape, facts["class_name"]))
        return Said("book.no_entry", key=key, known=known)
    return Said(_SAID.get(kind, "book.wrong"), key=key)


def _own_keys(shape: type[BaseModel], name: str) -> list[str]:
    part = next(p for p in [shape, *_parts(shape, set())] if p.__name__ == name)
    return [f.alias or n for n, f in part.model_fields.items()]


def _keys(shape: type[BaseModel]) -> list[str]:
    """Every key that a file may hold, at any depth."""
    parts = [shape, *_parts(shape, set())]
    return sorted({f.alias or n for part in parts for n, f in part.model_fields.items()})


def _parts(shape: type[BaseModel], seen: set[type[BaseModel]]) -> list[type[BaseModel]]:
    for field in shape.model_fields.values():
        for part in _models_in(field.annotation):
            if part not in seen:
                seen.add(part)
                _parts(part, seen)
    return list(seen)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for a in getattr(annotation, "__args__", ()) for m in _models_in(a)]
