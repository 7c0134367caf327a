from .doors import Knock
from .imports import Doubt, ImportBatch, ImportRow, SheetMemory
from .law import LawInForce, LawVersion
from .ledger import Beat, Delivery, Entry, Sent
from .stated import Stated

__all__ = [
    "Beat",
    "Delivery",
    "Doubt",
    "Entry",
    "ImportBatch",
    "ImportRow",
    "Knock",
    "LawInForce",
    "LawVersion",
    "Sent",
    "SheetMemory",
    "Stated",
]
