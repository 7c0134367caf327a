"""Reading a stranger's document in a process of its own: ``python -m
kechuang.engines.plantext.apart NAME < FILE``.
"""

import sys
from collections.abc import Iterator

from kechuang.engines.base.apart import answer

from .documents import read_document


def _document(data: bytes, name: str) -> Iterator[object]:
    yield {"ok": read_document(data, name)}


if __name__ == "__main__":
    sys.exit(answer(_document, sys.argv[1]))
