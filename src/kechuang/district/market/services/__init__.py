from . import index, introductions, matching

__all__ = ["index", "introductions", "matching"]
