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
    "over",
    "path_of",
    "printed",
    "ratio",
    "reconcile",
    "running_sums",
    "stand",
    "stand_on_part",
    "suspicious",
    "whole_years",
]
