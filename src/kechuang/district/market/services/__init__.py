from . import handover, index, introductions, matching, waiting

__all__ = ["handover", "index", "introductions", "matching", "waiting"]
