from . import closings, comparing, drafts, figures, returns, tasks
from .bulletins import indicator_by_words, report, restate, withdraw
from .measuring import measure, measure_of, reckon
from .readings import Reading, reading, readings

__all__ = [
    "Reading", "closings", "comparing", "drafts", "figures", "indicator_by_words", "measure", "measure_of", "reading", "readings", "reckon",
    "report", "restate", "returns", "tasks", "withdraw",
]  # fmt: skip
