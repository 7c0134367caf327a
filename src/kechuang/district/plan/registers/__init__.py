from .bulletins import BULLETINS, COMPLETENESS
from .figures import FIGURES

__all__ = ["BULLETINS", "COMPLETENESS", "FIGURES"]
