"""Sheets in the layouts in which districts have them, with what each of them says.

Every name, number and amount is invented.
"""

from .contracts import CONTRACTS
from .held import HELD
from .made import Sample
from .others import OTHERS

SAMPLES: tuple[Sample, ...] = (*CONTRACTS, *OTHERS)

__all__ = ["HELD", "SAMPLES", "Sample"]
