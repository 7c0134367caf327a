from . import index, introductions, matching, waiting, wishes

__all__ = ["index", "introductions", "matching", "waiting", "wishes"]
