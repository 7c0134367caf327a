"""Files of strangers, read in a child with a limit on memory and time (engines.base.apart)."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from pydantic_core import from_json

from kechuang.engines.base.apart import SECONDS, unpacked
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said, recalled
from kechuang.engines.sheets.pages import PageHead
from kechuang.engines.sheets.plain import is_plain

_WAIT = SECONDS + 60


class ReadPages:
    """A workbook as its rows come in, page by page; they wait in a file."""

    def __init__(self, told: list[dict[str, Any]], lines: IO[bytes]) -> None:
        self.heads = [_head_of(page) for page in told]
        self.lines = lines
        self.starts = {0: lines.tell()}

    def rows(self, page: int) -> Iterator[list[object]]:
        """The rows of a page, from its beginning; one page at a time."""
        known = max(n for n in self.starts if n <= page)
        self.lines.seek(self.starts[known])
        for number in range(known, page):
            for _ in range(self.heads[number].total):
                self.lines.readline()
            self.starts[number + 1] = self.lines.tell()
        self.lines.seek(self.starts[page])
        for _ in range(self.heads[page].total):
            line = self.lines.readline()
            cells = from_json(line)
            yield [unpacked(c) for c in cells] if b"[" in line[1:] else cells


def _head_of(told: dict[str, Any]) -> PageHead:
    marks = {k: frozenset((a, b) for a, b in told[k]) for k in ("formulas", "errors")}
    lines = {k: frozenset(told[k]) for k in ("hidden_rows", "hidden_columns")}
    return PageHead(**{**told, **marks, **lines})


def read_sheet_apart(data: bytes, name: str) -> ReadPages:
    """Read a sheet in a child; its rows wait in a file, so that no process holds them all.

    Raises:
        Invalid: What the reader refuses; or that the file takes more memory or time than any real
            sheet.
    """
    module = "apart" if is_plain(data) else "apart_any"
    stream, head = _ask(f"kechuang.engines.sheets.{module}", data, name)
    return ReadPages(head["ok"], stream)


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
