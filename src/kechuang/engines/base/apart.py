"""Reading a stranger's file in a process of its own.

A file that would take all memory, or for ever, ends this process and no other. What was read goes
out as JSON, a line
at a time, so that whoever asked need not hold it all: first ``{"ok": …}`` or ``{"refused": …}``,
then the rows.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta

from .errors import Invalid

MEMORY = 2_000_000_000  # bytes of address space
SECONDS = 120  # of processor time
Read = Callable[[bytes, str], Iterator[object]]


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
    encode = json.JSONEncoder(ensure_ascii=False).encode
    sys.stdout.writelines(encode(line) + "\n" for line in lines)


def answer(read: Read, name: str) -> int:
    """Read standard input within the limits; a refusal is an answer too.

    Returns the exit code (3: out of memory).
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _say(read(sys.stdin.buffer.read(), name))
    except Invalid as e:
        _say([{"refused": e.words.stored()}])
    except MemoryError:
        return 3
    return 0
