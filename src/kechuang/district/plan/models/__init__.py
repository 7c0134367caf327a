from .drafts import COMPARISONS, Comparison, PlanDraft
from .figures import (
    COUNTING,
    LIGHTS,
    REPORTS,
    Bulletin,
    Closing,
    Correction,
    Measurement,
    ReportedFigure,
)
from .tasks import (
    DUTY_ROLES,
    ESCALATIONS,
    RETURN_LIGHTS,
    TOLD_HOW,
    Duty,
    Milestone,
    MonthlyReturn,
    TaskFile,
)

__all__ = [
    "COMPARISONS",
    "COUNTING",
    "DUTY_ROLES",
    "ESCALATIONS",
    "LIGHTS",
    "REPORTS",
    "RETURN_LIGHTS",
    "TOLD_HOW",
    "Bulletin",
    "Closing",
    "Comparison",
    "Correction",
    "Duty",
    "Measurement",
    "Milestone",
    "MonthlyReturn",
    "PlanDraft",
    "ReportedFigure",
    "TaskFile",
]
