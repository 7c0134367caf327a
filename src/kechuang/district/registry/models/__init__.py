from .establishments import ESTABLISHMENT_KINDS, LEVELS, Establishment
from .firms import SOURCES, Application, Firm, FirmYear, Recognition

__all__ = [
    "ESTABLISHMENT_KINDS",
    "LEVELS",
    "SOURCES",
    "Application",
    "Establishment",
    "Firm",
    "FirmYear",
    "Recognition",
]
