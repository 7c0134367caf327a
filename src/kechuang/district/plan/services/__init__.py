from . import asking, briefing, closings, comparing, drafts, milestones, owed, returns, tasks
from .measuring import measure, measure_of, reckon
from .published import taken_to_date
from .readings import Reading, place_name, reading, readings

__all__ = [
    "Reading",
    "asking",
    "briefing",
    "closings",
    "comparing",
    "drafts",
    "measure",
    "measure_of",
    "milestones",
    "owed",
    "place_name",
    "reading",
    "readings",
    "reckon",
    "returns",
    "taken_to_date",
    "tasks",
]
