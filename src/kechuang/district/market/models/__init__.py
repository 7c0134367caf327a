from .fits import STRENGTHS, VERDICTS, Feedback, Fit, Looked
from .introductions import Introduction, Invitation
from .listings import CONFIDENTIALITY, Achievement, Demand, Listing
from .vectors import TextVector
from .wishes import Wish

__all__ = [
    "CONFIDENTIALITY",
    "STRENGTHS",
    "VERDICTS",
    "Achievement",
    "Demand",
    "Feedback",
    "Fit",
    "Introduction",
    "Invitation",
    "Listing",
    "Looked",
    "TextVector",
    "Wish",
]
