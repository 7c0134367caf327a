from . import applications, firms, standings, years
from .firms import keep_firm, rung_of

__all__ = ["applications", "firms", "keep_firm", "rung_of", "standings", "years"]
