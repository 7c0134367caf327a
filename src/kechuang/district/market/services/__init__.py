from . import index, introductions, matching, waiting

__all__ = ["index", "introductions", "matching", "waiting"]
