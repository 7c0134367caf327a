from .books import BookFact, BookRecord
from .establishments import ESTABLISHMENT_KINDS, LEVELS, Establishment
from .firms import SOURCES, Application, Firm, FirmYear, Recognition

__all__ = [
    "ESTABLISHMENT_KINDS",
    "LEVELS",
    "SOURCES",
    "Application",
    "BookFact",
    "BookRecord",
    "Establishment",
    "Firm",
    "FirmYear",
    "Recognition",
]
