from . import briefing, closings, comparing, drafts, milestones, returns, tasks
from .measuring import measure, measure_of, reckon
from .readings import Reading, place_name, reading, readings

__all__ = [
    "Reading",
    "briefing",
    "closings",
    "comparing",
    "drafts",
    "measure",
    "measure_of",
    "milestones",
    "place_name",
    "reading",
    "readings",
    "reckon",
    "returns",
    "tasks",
]
