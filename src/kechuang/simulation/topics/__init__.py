"""The grammar of invented technology: sub-topics by field."""

from . import electronics, energy, life, making
from .shapes import Fault, Topic

TOPICS: tuple[Topic, ...] = (
    *energy.TOPICS,
    *electronics.TOPICS,
    *life.TOPICS,
    *making.TOPICS,
)

__all__ = ["TOPICS", "Fault", "Topic"]
