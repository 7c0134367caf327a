"""The book of this house, read once."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kechuang.book import Book, read_book


@cache
def current_book() -> Book:
    """The book that settings name; a book with problems stops the start with all of them."""
    book, problems = read_book(Path(settings.KECHUANG_BOOK))
    if book is None:
        raise ImproperlyConfigured("\n".join(str(p) for p in problems))
    return book
