"""YAML with line numbers: every mapping knows its file and the line of each key."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yaml.nodes import MappingNode


class Lined(dict[str, Any]):
    """A mapping that knows where it stands: at the line of its own key, or where it begins."""

    file: Path
    line: int
    lines: dict[str, int]
    lost: frozenset[str]
    """Keys whose value, or an entry of a list below, was wrong and left out."""

    @classmethod
    def empty(cls, file: Path, line: int = 1) -> "Lined":
        """An empty mapping at a line of a file."""
        made = cls()
        made.file, made.line, made.lines, made.lost = file, line, {}, frozenset()
        return made

    def without(self, dead: set[tuple[str | int, ...]]) -> "Lined":
        """The same mapping without what stands at these places below it."""
        made = Lined.empty(self.file, self.line)
        made.lines = self.lines
        gone = {str(p[0]) for p in dead if len(p) == 1 or isinstance(p[-1], int)}
        made.lost = self.lost | gone
        made.update(_without(self.items(), dead))
        return made

    def inner(self, key: str) -> "Lined":
        """The mapping under a key, or this one where none stands there."""
        held = self.get(key)
        return held if isinstance(held, Lined) else self


def cut(content: Any, dead: set[tuple[str | int, ...]]) -> Any:
    """A list or mapping without what stands at these places below it."""
    if isinstance(content, Lined):
        return content.without(dead)
    return [value for _, value in _without(enumerate(content), dead)]


def _without(held: Any, dead: set[tuple[str | int, ...]]) -> list[tuple[Any, Any]]:
    found = []
    for key, value in held:
        if (key,) in dead:
            continue
        below = {place[1:] for place in dead if place[0] == key}
        found.append((key, cut(value, below) if below else value))
    return found


class Twice(NamedTuple):
    """A key that stands twice in one mapping, at its second place."""

    key: str
    line: int


def load(path: Path) -> tuple[Any, list[Twice]]:
    """What one file holds, and every key that stands twice in one mapping.

    Raises:
        yaml.YAMLError: Not YAML; with ``problem_mark`` where the place is known.
    """
    twice: list[Twice] = []

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
            found = Lined.empty(path, node.start_mark.line + 1)
            for key_node, value_node in node.value:
                key = str(self.construct_object(key_node, deep=True))
                line = key_node.start_mark.line + 1
                if key in found:
                    twice.append(Twice(key, line))
                    continue
                found.lines[key] = line
                found[key] = value = self.construct_object(value_node, deep=True)
                if isinstance(value, Lined):
                    value.line = line
            return found  # type: ignore[return-value]

        def construct_yaml_map(self, node: MappingNode) -> Any:
            return self.construct_mapping(node)

    Loader.add_constructor("tag:yaml.org,2002:map", Loader.construct_yaml_map)
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader), twice  # noqa: S506 - a SafeLoader
