from . import (
    alike,
    feedback,
    fits,
    handover,
    index,
    introductions,
    matching,
    waiting,
    wishes,
)

__all__ = [
    "alike",
    "feedback",
    "fits",
    "handover",
    "index",
    "introductions",
    "matching",
    "waiting",
    "wishes",
]
