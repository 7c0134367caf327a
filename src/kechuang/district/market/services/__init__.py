from . import handover, index, introductions, matching, waiting, wishes

__all__ = ["handover", "index", "introductions", "matching", "waiting", "wishes"]
