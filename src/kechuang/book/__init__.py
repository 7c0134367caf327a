"""Books: what was decreed, as YAML that a person writes and a machine checks."""

from .desk import Problem
from .read import read_book
from .schemas import Book

__all__ = ["Book", "Problem", "read_book"]
