"""Which sentences of the catalogue the tests made somebody say.

    KECHUANG_SAID=/tmp/said make test
    .venv/bin/python -m tests.said /tmp/said

While ``KECHUANG_SAID`` names a folder every test process leaves the codes there that were said in
it; the command prints those that nobody said.
"""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from kechuang.engines.base.sayings import LOCALE, Said

_codes: set[str] = set()
_make = Said.__new__


def _noted(cls: type[Said], code: str, /, **facts: Any) -> Said:
    _codes.add(code)
    return _make(cls, code, **facts)


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("KECHUANG_SAID"):
        Said.__new__ = _noted  # type: ignore[method-assign, assignment]


def pytest_sessionfinish() -> None:
    if folder := os.environ.get("KECHUANG_SAID"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / str(os.getpid())).write_text("\n".join(sorted(_codes)), encoding="utf-8")


def unsaid(folder: Path) -> list[str]:
    """The codes of the catalogue that no process said."""
    said = {c for path in folder.iterdir() for c in path.read_text(encoding="utf-8").split()}
    with (LOCALE / "en" / "LC_MESSAGES" / "refusals.po").open("rb") as stream:
        return sorted(str(m.id) for m in read_po(stream) if m.id and m.id not in said)


if __name__ == "__main__":
    left = unsaid(Path(sys.argv[1]))
    print(f"{len(left)} sentences that no test made anybody say:", *left, sep="\n  ")
