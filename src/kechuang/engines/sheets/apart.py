"""Reading a stranger's .xlsx, .xls or .csv in a process of its own: ``python -m
kechuang.engines.sheets.apart NAME < FILE``.

First goes out what is said of the pages, then their rows, one a line, page after page.
"""

import sys
from collections.abc import Iterator, Sequence

from kechuang.engines.base.apart import answer, packed

from .pages import Page, PageHead, head_of
from .plain import read_plain


def _told(head: PageHead) -> dict[str, object]:
    return {k: sorted(v) if isinstance(v, frozenset) else v for k, v in head.__dict__.items()}


def told(pages: Sequence[Page]) -> Iterator[object]:
    """What goes out of a workbook."""
    yield {"ok": [_told(head_of(p)) for p in pages]}
    for page in pages:
        for row in page.rows:
            yield [c if type(c) is str else packed(c) for c in row]


def _plain(data: bytes, name: str) -> Iterator[object]:
    return told(read_plain(data, name))


if __name__ == "__main__":
    sys.exit(answer(_plain, sys.argv[1]))
