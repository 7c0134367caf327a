"""Reading what strangers send in a process of its own: ``python -m kechuang.engines.apart sheet NAME < FILE``.

A file that would take all memory, or for ever, ends this process and no other. What was read goes out as JSON, a line
at a time, so that whoever asked need not hold it all: first ``{"ok": …}`` or a refusal, then the rows of a sheet.
"""

import json
import resource
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from .base.errors import Invalid
from .base.sheets import read_sheet
from .plantext.documents import read_document

MEMORY = 2_000_000_000  # bytes of address space
SECONDS = 120  # of processor time


def limit(memory: int = MEMORY, seconds: int = SECONDS) -> None:
    """Bound what this process may take."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def packed(cell: object) -> object:
    """A cell as JSON holds it: days and times as a list of kind and text."""
    if isinstance(cell, datetime):
        return ["t", cell.isoformat()]
    if isinstance(cell, date):
        return ["d", cell.isoformat()]
    if isinstance(cell, (time, timedelta)):
        return str(cell)
    return cell


def unpacked(cell: object) -> object:
    """A cell as it was before `packed`."""
    if isinstance(cell, list):
        kind, text = cell
        return datetime.fromisoformat(text) if kind == "t" else date.fromisoformat(text)
    return cell


def _say(lines: Iterable[object]) -> None:
    for line in lines:
        sys.stdout.write(json.dumps(line, ensure_ascii=False))
        sys.stdout.write("\n")


def _sheet(data: bytes, name: str) -> None:
    sheet = read_sheet(data, name)
    marks = {"formulas": sorted(sheet.formulas), "errors": sorted(sheet.errors)}
    _say([{"ok": marks, "rows": len(sheet.rows)}])
    _say([packed(c) for c in row] for row in sheet.rows)


def _document(data: bytes, name: str) -> None:
    _say([{"ok": read_document(data, name)}])


def main(argv: Sequence[str]) -> int:
    """Read standard input as a sheet or a document; a refusal is an answer too."""
    what, name = argv
    limit()
    data = sys.stdin.buffer.read()
    try:
        {"sheet": _sheet, "document": _document}[what](data, name)
    except Invalid as e:
        _say([{"refused": e.words.stored()}])
    except MemoryError:
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
