"""The records of this room, declared once."""

from . import introductions
from .listings import ACHIEVEMENTS, DEMANDS, area_name
from .wishes import WISHES

__all__ = ["ACHIEVEMENTS", "DEMANDS", "WISHES", "area_name", "introductions"]
