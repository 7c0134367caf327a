"""The book of this house: the one that settings name, or its newest version that was changed here with two persons' consent."""

import fcntl
import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kechuang.book import Book, read_book
from kechuang.district.core.files import write_atomically
from kechuang.engines.base.errors import Invalid, InvalidForm


def current_book() -> Book:
    """The book that holds now; a book with problems stops the start with all of them.

    Whether another one has come into force is looked up once a second, and at once where it was changed here.
    """
    if _held.book is None or _held.key != _settings_key() or time.monotonic() > _held.until:
        _held.book, _held.key = _read(book_folder(), _stamp()), _settings_key()
        _held.until = time.monotonic() + 1
    return _held.book


class _Held:
    """The book in hand, and until when it is taken for the one in force."""

    book: Book | None = None
    key: object = None
    until = 0.0


_held = _Held()


def _settings_key() -> object:
    return settings.KECHUANG_BOOK, settings.KECHUANG_DATA


def forget() -> None:
    """Look up anew which book is in force."""
    _held.book = None


@lru_cache(maxsize=4)
def _read(folder: Path, stamp: int) -> Book:
    book, problems = read_book(folder)
    if book is None:
        raise ImproperlyConfigured("\n".join(str(p) for p in problems))
    return book


def _pointer() -> Path:
    return Path(settings.KECHUANG_DATA) / "law" / "current"


def _stamp() -> int:
    """When the pointer was last written: another book under the same name is read anew."""
    try:
        return _pointer().stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def version_in_force() -> int:
    """The number of the changed book in force; 0 for the one that came with the software."""
    try:
        return int(_pointer().read_text(encoding="utf-8").strip())
    except (FileNotFoundError, ValueError):
        return 0


def book_folder() -> Path:
    """Where the book stands: ``law/<version>/`` of the data folder once it was changed here, else where settings say."""
    given = Path(settings.KECHUANG_BOOK)
    version = version_in_force()
    if not version:
        return given
    folder = _pointer().parent / str(version) / given.name
    if not folder.exists():
        words = f"{_pointer()} 指向的 {folder} 不存在：请改回 KECHUANG_BOOK，或删去 law/current 回到随软件来的书"
        raise ImproperlyConfigured(words)
    return folder


@contextmanager
def law_lock() -> Iterator[None]:
    """One change of the book at a time, over all processes of this machine."""
    home = _pointer().parent
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def tried_book(changes: Mapping[str, str]) -> Iterator[Path]:
    """A checked copy of the book with some files written anew, gone afterwards whatever happens.

    Args:
        changes: Path below the books' folder ("tianjin/sources.yaml") → its new text.

    Raises:
        InvalidForm: What the check with all examples found.
    """
    law = _pointer().parent
    law.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="trial-", dir=law))
    try:
        source = book_folder()
        for name in _chain(source):
            shutil.copytree(source.parent / name, home / name)
        for path, text in changes.items():
            write_atomically(home / path, text.encode())
        book, problems = read_book(home / source.name)
        if book is None:
            raise InvalidForm(
                [
                    Invalid("book.problem", "value", file=p.file.name, line=p.line, words=p.words)
                    for p in problems[:8]
                ]
            )
        yield home / source.name
    finally:
        shutil.rmtree(home, ignore_errors=True)


def keep_version(folder: Path, version: int) -> None:
    """Keep a checked copy as ``law/<version>/``, with the digest of the book that came with the software."""
    home = _pointer().parent / str(version)
    shutil.rmtree(home, ignore_errors=True)  # left by an approval that was never finished
    shutil.copytree(folder.parent, home)
    write_atomically(home / "shipped", shipped_digest().encode())


def next_version() -> int:
    """The number after the newest one kept."""
    law = _pointer().parent
    taken = [int(p.name) for p in law.iterdir() if p.name.isdigit()] if law.exists() else []
    return max([*taken, version_in_force()], default=0) + 1


def take_over(version: int) -> None:
    """Make a kept copy the book in force, for all processes at once."""
    write_atomically(_pointer(), str(version).encode())
    forget()


def shipped_has_changed() -> bool:
    """Whether the books that came with the software are others than when the one in force was made from them."""
    version = version_in_force()
    told = _pointer().parent / str(version) / "shipped"
    return bool(version) and told.exists() and told.read_text(encoding="utf-8") != shipped_digest()


def shipped_digest() -> str:
    """The digest of the book that settings name and of all it extends."""
    source, found = Path(settings.KECHUANG_BOOK), hashlib.sha256()
    for name in _chain(source):
        for path in sorted((source.parent / name).rglob("*")):
            if path.is_file():
                found.update(str(path.relative_to(source.parent)).encode() + path.read_bytes())
    return found.hexdigest()


def _chain(folder: Path) -> list[str]:
    names, name = [], folder.name
    while name:
        names.append(name)
        head = yaml.safe_load((folder.parent / name / "book.yaml").read_text(encoding="utf-8"))
        name = str(head.get("extends") or "")
    return names
