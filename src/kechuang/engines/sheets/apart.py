"""Reading a stranger's sheet in a process of its own: ``python -m kechuang.engines.sheets.apart
NAME < FILE``.

First goes out what is said of the pages, then their rows, one a line, page after page.
"""

import sys
from collections.abc import Iterator

from kechuang.engines.base.apart import answer, packed

from .formats import read_pages
from .pages import PageHead, head_of


def _told(head: PageHead) -> dict[str, object]:
    return {k: sorted(v) if isinstance(v, frozenset) else v for k, v in head.__dict__.items()}


def _sheet(data: bytes, name: str) -> Iterator[object]:
    pages = read_pages(data, name)
    yield {"ok": [_told(head_of(p)) for p in pages]}
    for page in pages:
        for row in page.rows:
            yield [packed(c) for c in row]


if __name__ == "__main__":
    sys.exit(answer(_sheet, sys.argv[1]))
