"""A simulated district: years of firms, results, demands, contracts and figures, all invented.

Pure: the day, the seed and the scale are arguments; the same arguments make the same rows. Feeds
the demo, tests and load trials. At scale 1 it has the size that a district's plan speaks of.
"""

from .district import District, simulate
from .shapes import (
    Approval,
    Certificate,
    Deal,
    Firm,
    Ground,
    Notice,
    Offer,
    Party,
    Report,
    Want,
    Year,
)

__all__ = [
    "Approval",
    "Certificate",
    "Deal",
    "District",
    "Firm",
    "Ground",
    "Notice",
    "Offer",
    "Party",
    "Report",
    "Want",
    "Year",
    "simulate",
]
