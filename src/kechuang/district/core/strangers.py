"""Files of strangers, read in a child with a limit on memory and time (engines.base.apart)."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from pydantic_core import from_json

from kechuang.engines.base.apart import SECONDS, unpacked
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said, recalled

_WAIT = SECONDS + 60


@dataclass
class ReadSheet:
    """A sheet as its rows come in: iterate once.

    ``formulas`` and ``errors`` hold (line, column), 1-based.
    """

    total: int
    formulas: frozenset[tuple[int, int]]
    errors: frozenset[tuple[int, int]]
    lines: IO[bytes] = field(repr=False)

    def __iter__(self) -> Iterator[list[object]]:
        for line in self.lines:
            cells = from_json(line)
            yield [unpacked(c) for c in cells] if b"[" in line[1:] else cells


def read_sheet_apart(data: bytes, name: str) -> ReadSheet:
    """Read a sheet in a child; its rows wait in a file, so that no process holds them all.

    Raises:
        Invalid: What the reader refuses; or that the file takes more memory or time than any real
            sheet.
    """
    stream, head = _ask("kechuang.engines.base.apart", data, name)
    marks = head["ok"]
    places = {k: frozenset((line, column) for line, column in marks[k]) for k in marks}
    return ReadSheet(head["rows"], places["formulas"], places["errors"], stream)


def read_document_apart(data: bytes, name: str) -> str:
    """The text of a document, read in a child.

    Raises:
        Invalid: As `read_sheet_apart`.
    """
    return str(_ask("kechuang.engines.plantext.apart", data, name)[1]["ok"])


def command(module: str, name: str) -> list[str]:
    """What is run as the child."""
    return [sys.executable, "-m", module, name[-200:] or "?"]


def _ask(module: str, data: bytes, name: str) -> tuple[IO[bytes], dict[str, Any]]:
    out = tempfile.TemporaryFile()  # noqa: SIM115 - it is handed on
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the name is an argument of it
            command(module, name),
            input=data,
            stdout=out,
            stderr=subprocess.PIPE,
            timeout=_WAIT,
            check=False,
        )
    except subprocess.TimeoutExpired as e:
        raise Invalid("sheet.too_heavy", "file", name=name) from e
    out.seek(0)
    head = _head(out)
    if done.returncode or head is None:
        raise Invalid("sheet.too_heavy", "file", name=name)
    if "refused" in head:
        said = recalled(head["refused"])
        assert isinstance(said, Said)
        raise Invalid(said, "file")
    return out, head


def _head(out: IO[bytes]) -> dict[str, Any] | None:
    try:
        found = json.loads(out.readline() or b"null")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
