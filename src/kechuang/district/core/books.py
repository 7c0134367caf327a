"""The book of this house: the one that settings name, or its newest version that was changed here with two persons' consent."""

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kechuang.book import Book, read_book
from kechuang.district.core.files import write_atomically
from kechuang.engines.base.errors import Invalid, InvalidForm


def current_book() -> Book:
    """The book that holds now; a book with problems stops the start with all of them."""
    return _read(book_folder())


@cache
def _read(folder: Path) -> Book:
    book, problems = read_book(folder)
    if book is None:
        raise ImproperlyConfigured("\n".join(str(p) for p in problems))
    return book


def book_folder() -> Path:
    """Where the book stands: ``law/<version>/`` of the data folder once it was changed here, else where settings say."""
    given = Path(settings.KECHUANG_BOOK)
    try:
        version = _pointer().read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return given
    return _pointer().parent / version / given.name


def _pointer() -> Path:
    return Path(settings.KECHUANG_DATA) / "law" / "current"


def changed_book(changes: Mapping[str, str]) -> Path:
    """A copy of the book and all it extends with some files written anew, checked with all its examples.

    Args:
        changes: Path below the books' folder ("tianjin/sources.yaml") → its new text.

    Returns:
        The folder of the copy; nothing of the book in force has changed. ``take_over`` makes it the one in force.

    Raises:
        InvalidForm: What the check found; the copy is gone then.
    """
    source = book_folder()
    law = _pointer().parent
    law.mkdir(parents=True, exist_ok=True)
    home = law / _next_version(law)
    for name in _chain(source):
        shutil.copytree(source.parent / name, home / name)
    for path, text in changes.items():
        write_atomically(home / path, text.encode())
    book, problems = read_book(home / source.name)
    if book is None:
        shutil.rmtree(home)
        told = [Invalid(f"{p.file.name} 第 {p.line} 行：{p.words}", "value") for p in problems[:8]]
        raise InvalidForm(told)
    return home / source.name


def _next_version(law: Path) -> str:
    taken = [int(p.name) for p in law.iterdir() if p.name.isdigit()]
    return str(max(taken, default=0) + 1)


def take_over(folder: Path) -> None:
    """Make a checked copy the book in force, for all processes at once."""
    write_atomically(_pointer(), folder.parent.name.encode())


def drop(folder: Path) -> None:
    """Throw a copy away that was only a trial."""
    shutil.rmtree(folder.parent, ignore_errors=True)


def _chain(folder: Path) -> list[str]:
    names, name = [], folder.name
    while name:
        names.append(name)
        head = yaml.safe_load((folder.parent / name / "book.yaml").read_text(encoding="utf-8"))
        name = str(head.get("extends") or "")
    return names
