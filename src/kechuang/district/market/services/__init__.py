from . import alike, handover, index, introductions, matching, waiting, wishes

__all__ = ["alike", "handover", "index", "introductions", "matching", "waiting", "wishes"]
