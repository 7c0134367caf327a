from .introductions import Introduction, Invitation
from .listings import CONFIDENTIALITY, Achievement, Demand, Listing
from .vectors import TextVector
from .wishes import Wish

__all__ = [
    "CONFIDENTIALITY",
    "Achievement",
    "Demand",
    "Introduction",
    "Invitation",
    "Listing",
    "TextVector",
    "Wish",
]
