"""The book of this house: the one that came with the software, or the version of it that persons
here put in force.

Which version holds is a pointer in the database (`core.law` moves it); its files are laid out
beside the data for
reading. A version that this software cannot read any more does not stop the house: the shipped
book is read, every
page says so, and nothing is written until a person has chosen.
"""

import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from kechuang.book import Book, Problem, read_book
from kechuang.book.desk import Desk
from kechuang.book.registers import layout_of, read_registers
from kechuang.book.sheets import BookRegister
from kechuang.district.core.files import write_atomically
from kechuang.engines.base.errors import Invalid, InvalidForm
from kechuang.engines.base.sayings import Said

from .models import LawInForce, LawVersion

_LOOK_AGAIN = 1.0  # seconds until it is looked up anew which version is in force


class Unreadable(ImproperlyConfigured):
    """A book with problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


class _Held:
    """The book in hand, and until when it is taken for the one in force."""

    book: Book | None = None
    key: object = None
    until = 0.0
    trouble: tuple[Said, ...] = ()


_held = _Held()


def current_book() -> Book:
    """The book that holds now; a shipped book with problems stops the start with all of them."""
    book = _held.book
    if book is None or _held.key != _key() or time.monotonic() > _held.until:
        book = _look_up()
    return book


def trouble() -> tuple[Said, ...]:
    """Why the version in force cannot be read by this software; nothing when it can.

    Then the house only shows.
    """
    current_book()
    return _held.trouble


def forget() -> None:
    """Look up anew which book is in force."""
    _held.book = None


def _key() -> object:
    return settings.KECHUANG_BOOK, settings.KECHUANG_DATA, connection.settings_dict["NAME"]


def _look_up() -> Book:
    version = version_in_force()
    _held.key, _held.until, _held.trouble = _key(), time.monotonic() + _LOOK_AGAIN, ()
    if version is not None:
        try:
            _held.book = book = _whole(_read(laid_out(version), version.digest))
        except Unreadable as e:
            _held.trouble = tuple(p.said() for p in e.problems)
        else:
            return book
    _held.book = book = shipped_book()
    return book


def shipped_book() -> Book:
    """The book that came with the software; no database is asked."""
    return _read(shipped_folder(), _stamp(shipped_folder()))


def _whole(book: Book) -> Book:
    """A version that persons here put in force knows nothing of a register that the shipped book
    declared since, nor of a sheet that it laid out since.
    """
    shipped = shipped_book()
    added = {n: r for n, r in shipped.registers.items() if n not in book.registers}
    if not added and set(shipped.layouts) <= set(book.layouts):
        return book
    layouts = {**shipped.layouts, **{n: layout_of(r) for n, r in added.items()}, **book.layouts}
    return replace(book, layouts=layouts, registers={**book.registers, **added})


@lru_cache(maxsize=4)
def _read(folder: Path, stamp: object) -> Book:
    book, problems = read_book(folder)
    if book is None:
        raise Unreadable(problems)
    return book


def _stamp(folder: Path) -> float:
    return (folder / "book.yaml").stat().st_mtime


def shipped_folder() -> Path:
    """The book that settings name."""
    return Path(settings.KECHUANG_BOOK)


def version_in_force() -> LawVersion | None:
    """The changed version that holds; None for the book that came with the software."""
    try:
        row = LawInForce.objects.select_related("version").first()
    except DatabaseError:  # the database is not built yet
        return None
    return row.version if row else None


def book_folder() -> Path:
    """Where the files of the book in force stand."""
    version = version_in_force()
    return laid_out(version) if version else shipped_folder()


def laid_out(version: LawVersion) -> Path:
    """The files of a version, laid out once a machine; the folder of the district's book in it."""
    home = Path(settings.KECHUANG_DATA) / "law" / version.digest
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as trial:
            for path, text in version.files.items():
                write_atomically(Path(trial) / "books" / path, text.encode())
            try:
                (Path(trial) / "books").rename(home)
            except OSError:
                if not home.exists():  # another process was faster otherwise
                    raise
    return home / shipped_folder().name


def texts_of(folder: Path) -> dict[str, str]:
    """Path → text of a book and of all it extends."""
    found = {}
    for name in _chain(folder):
        for path in sorted((folder.parent / name).rglob("*")):
            if path.is_file():
                found[str(path.relative_to(folder.parent))] = path.read_text(encoding="utf-8")
    return found


def declared_registers() -> list[BookRegister]:
    """The registers that the shipped books declare: what a house is made of when it starts."""
    found: dict[str, BookRegister] = {}
    for name in reversed(_chain(shipped_folder())):
        found |= read_registers(shipped_folder().parent / name, Desk())
    return list(found.values())


def digest_of(texts: Mapping[str, str]) -> str:
    """The digest of a version's files."""
    found = hashlib.sha256()
    for path in sorted(texts):
        found.update(path.encode() + b"\0" + texts[path].encode() + b"\0")
    return found.hexdigest()


@contextmanager
def tried_book(changes: Mapping[str, str]) -> Iterator[Path]:
    """A checked copy of the book in force with some files written anew, gone afterwards whatever
    happens.

    Args:
        changes: Path below the books' folder ("tianjin/sources.yaml") → its new text.

    Raises:
        InvalidForm: What the check with all examples found.
    """
    law = Path(settings.KECHUANG_DATA) / "law"
    law.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="trial-", dir=law))
    try:
        for path, text in {**texts_of(book_folder()), **changes}.items():
            write_atomically(home / path, text.encode())
        folder = home / shipped_folder().name
        book, problems = read_book(folder)
        if book is None:
            raise InvalidForm([Invalid(p.said(), "value") for p in problems[:8]])
        yield folder
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _chain(folder: Path) -> list[str]:
    names, name = [], folder.name
    while name:
        names.append(name)
        head = yaml.safe_load((folder.parent / name / "book.yaml").read_text(encoding="utf-8"))
        name = str(head.get("extends") or "")
    return names
