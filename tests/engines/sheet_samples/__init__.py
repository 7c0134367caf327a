"""Sheets in the layouts in which districts have them, with what each of them says.

Every name, number and amount is invented.
"""

from .contracts import CONTRACTS
from .held import HELD
from .made import Sample
from .others import OTHERS
from .papers import PAPERS, PAPERS_HELD

SAMPLES: tuple[Sample, ...] = (*CONTRACTS, *OTHERS, *PAPERS, *PAPERS_HELD)

__all__ = ["HELD", "SAMPLES", "Sample"]
