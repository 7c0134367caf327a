"""Reading a stranger's sheet of any other kind in a process of its own: ``python -m
kechuang.engines.sheets.apart_any NAME < FILE``. It takes a third of a second to wake.
"""

import sys
from collections.abc import Iterator

from kechuang.engines.base.apart import answer

from .apart import told
from .formats import read_pages


def _any(data: bytes, name: str) -> Iterator[object]:
    return told(read_pages(data, name))


if __name__ == "__main__":
    sys.exit(answer(_any, sys.argv[1]))
