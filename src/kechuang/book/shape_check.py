"""Holding a file of a book against its shape: a misspelt key is an error with its line and the
nearest right name.
"""

import difflib
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from .desk import Desk
from .lines import Lined
from .shapes import FILES, RegisterFile, Shape


def shape_of(name: str) -> type[Shape] | None:
    """The shape of a file by its place in the book's folder."""
    folder, _, last = name.rpartition("/")
    return FILES.get(name) or FILES.get(f"{folder}/*.yaml" if folder else last)


def check_shape(name: str, content: Lined, desk: Desk) -> None:
    """Complain of every key that a file does not know and of what cannot stand under one."""
    shape = shape_of(name)
    if shape is None:
        return
    try:
        shape.model_validate(content)
    except ValidationError as e:
        told: set[tuple[int, str]] = set()
        strict = shape is RegisterFile
        for error in e.errors():
            if error["type"] != "extra_forbidden" and not strict:
                continue  # what stands under a key is the readers' to judge
            at, key = _place(content, error["loc"])
            words = _words(error, key, shape)
            if (place := (at.lines.get(key, at.line), words)) not in told:
                told.add(place)
                desk.complain(at, key, words)


def _place(content: Lined, loc: tuple[int | str, ...]) -> tuple[Lined, str]:
    """The innermost mapping on the way to an error, and the key in it.

    Steps that name a shape lead nowhere.
    """
    at, key = content, ""
    value: Any = content
    for step in loc:
        if isinstance(value, Lined) and (str(step) in value or step is loc[-1]):
            at, key = value, str(step)
            value = value.get(key)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
    return at, key


def _words(error: Any, key: str, shape: type[Shape]) -> str:
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, _keys(shape), 1, 0.4)
        meant = f"，是“{near[0]}”吗？" if near else "，请删去或改正"
        return f"不认识“{key}”这一项{meant}"
    if error["type"] == "missing":
        return f"缺少 {key}，请补上"
    return f"“{key}”写法不对：{error['msg']}"


def _keys(shape: type[BaseModel]) -> list[str]:
    """Every key that a file may hold, at any depth."""
    found: list[str] = []
    for part in [shape, *_parts(shape, set())]:
        found += [f.alias or n for n, f in part.model_fields.items()]
    return sorted(set(found))


def _parts(shape: type[BaseModel], seen: set[type[BaseModel]]) -> list[type[BaseModel]]:
    for held in shape.model_fields.values():
        for part in _models_in(held.annotation):
            if part not in seen:
                seen.add(part)
                _parts(part, seen)
    return list(seen)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for a in getattr(annotation, "__args__", ()) for m in _models_in(a)]


def write_schemas(folder: Path) -> list[Path]:
    """JSON schemas of all files, for editors; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, shape in FILES.items():
        path = folder / f"{name.replace('/*', '').removesuffix('.yaml')}.schema.json"
        path.write_text(
            json.dumps(shape.model_json_schema(by_alias=True), ensure_ascii=False, indent=1) + "\n",
            encoding="utf-8",
        )
        made.append(path)
    return made
