from . import applications, establishments, firms, standings, years
from .establishments import (
    correct_establishment,
    establish,
    establishment_errors,
    withdraw_establishment,
)
from .firms import correct, grant, keep_firm, record, rung_of, withdraw

__all__ = [
    "applications", "correct", "correct_establishment", "establish", "establishment_errors", "establishments", "firms", "grant", "keep_firm", "record", "rung_of",
    "standings", "withdraw", "withdraw_establishment", "years",
]  # fmt: skip
