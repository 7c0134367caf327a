from .imports import Doubt, ImportBatch, ImportRow, SheetMemory
from .law import LawInForce, LawVersion
from .ledger import Beat, Delivery, Entry
from .stated import Stated

__all__ = [
    "Beat",
    "Delivery",
    "Doubt",
    "Entry",
    "ImportBatch",
    "ImportRow",
    "LawInForce",
    "LawVersion",
    "SheetMemory",
    "Stated",
]
