from .drafts import COMPARISONS, Comparison, PlanDraft
from .figures import (
    COUNTING,
    LIGHTS,
    REPORTS,
    Bulletin,
    Closing,
    Completeness,
    Correction,
    Measurement,
    ReportedFigure,
)
from .tasks import (
    DUTY_ROLES,
    ESCALATIONS,
    RETURN_LIGHTS,
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
    "Bulletin",
    "Closing",
    "Comparison",
    "Completeness",
    "Correction",
    "Duty",
    "Measurement",
    "Milestone",
    "MonthlyReturn",
    "PlanDraft",
    "ReportedFigure",
    "TaskFile",
]
