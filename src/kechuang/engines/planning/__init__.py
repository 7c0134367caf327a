"""Arithmetic of plans: ways, forecasts, standing, working days, ratios, two books side by side."""

from .coverage import (
    Coverage,
    Span,
    covers,
    enough,
    held,
    known_months,
    month_end,
    month_levels,
    running_sums,
    whole_years,
)
from .flows import Flow, ToDate, other_meaning, to_date
from .forecast import Forecast, flow_forecast, line_forecast
from .gap import GapSum, gap_sum, over
from .printed import SOUND, alike, kept, printed
from .ratios import Ratio, ratio, suspicious
from .reconcile import Line, Lonely, Pair, Piles, Rules, Sum, reconcile
from .standing import LightRules, Standing, stand, stand_on_part
from .trajectory import Goal, Path, month_shares, path_of
from .workdays import Workdays

__all__ = [
    "SOUND",
    "Coverage",
    "Flow",
    "Forecast",
    "GapSum",
    "Goal",
    "LightRules",
    "Line",
    "Lonely",
    "Pair",
    "Path",
    "Piles",
    "Ratio",
    "Rules",
    "Span",
    "Standing",
    "Sum",
    "ToDate",
    "Workdays",
    "alike",
    "covers",
    "enough",
    "flow_forecast",
    "gap_sum",
    "held",
    "kept",
    "known_months",
    "line_forecast",
    "month_end",
    "month_levels",
    "month_shares",
    "other_meaning",
    "over",
    "path_of",
    "printed",
    "ratio",
    "reconcile",
    "running_sums",
    "stand",
    "stand_on_part",
    "suspicious",
    "to_date",
    "whole_years",
]
