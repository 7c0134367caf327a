from . import briefing, closings, comparing, drafts, figures, milestones, returns, tasks
from .bulletins import indicator_by_words, report, restate, withdraw
from .measuring import measure, measure_of, reckon
from .readings import Reading, place_name, reading, readings

__all__ = [
    "Reading",
    "briefing",
    "closings",
    "comparing",
    "drafts",
    "figures",
    "indicator_by_words",
    "measure",
    "measure_of",
    "milestones",
    "place_name",
    "reading",
    "readings",
    "reckon",
    "report",
    "restate",
    "returns",
    "tasks",
    "withdraw",
]
