"""Books: what was decreed, as YAML that a person writes and a machine checks."""

from .read import Book, Problem, read_book

__all__ = ["Book", "Problem", "read_book"]
