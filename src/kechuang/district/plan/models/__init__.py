from .drafts import Comparison, PlanDraft
from .figures import COUNTING, Bulletin, Closing, Correction, Measurement, ReportedFigure
from .tasks import DUTY_ROLES, Duty, Milestone, MonthlyReturn, TaskFile

__all__ = [
    "COUNTING", "DUTY_ROLES", "Bulletin", "Closing", "Comparison", "Correction", "Duty", "Measurement", "Milestone", "MonthlyReturn",
    "PlanDraft", "ReportedFigure", "TaskFile",
]  # fmt: skip
