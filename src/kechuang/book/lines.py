"""YAML with line numbers: every mapping knows its file and the line of each key; a key twice is
an error.
"""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode


class Lined(dict[str, Any]):
    """A mapping that knows where it stands."""

    file: Path
    line: int
    lines: dict[str, int]


class DuplicateKey(yaml.YAMLError):
    """The same key twice in one mapping."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key, self.line = key, line


def load(path: Path) -> Any:
    """Read one file.

    Raises:
        yaml.YAMLError: With ``problem_mark``, or DuplicateKey with ``line``.
    """

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
            found = Lined()
            found.file, found.line, found.lines = path, node.start_mark.line + 1, {}
            for key_node, value_node in node.value:
                key = str(self.construct_object(key_node, deep=True))
                line = key_node.start_mark.line + 1
                if key in found:
                    raise DuplicateKey(key, line)
                found.lines[key] = line
                found[key] = self.construct_object(value_node, deep=True)
            return found  # type: ignore[return-value]

        def construct_yaml_map(self, node: MappingNode) -> Any:
            return self.construct_mapping(node)

    Loader.add_constructor("tag:yaml.org,2002:map", Loader.construct_yaml_map)
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader)  # noqa: S506 - a SafeLoader
