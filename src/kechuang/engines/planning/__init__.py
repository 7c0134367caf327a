"""Arithmetic of plans: ways, forecasts, standing, working days, ratios, two books side by side."""

from .forecast import Forecast, flow_forecast, line_forecast
from .printed import printed
from .ratios import Ratio, ratio, suspicious
from .reconcile import Line, Lonely, Pair, Piles, Rules, reconcile
from .standing import LightRules, Standing, stand
from .trajectory import Goal, Path, month_shares, path_of
from .workdays import Workdays

__all__ = [
    "Forecast",
    "Goal",
    "LightRules",
    "Line",
    "Lonely",
    "Pair",
    "Path",
    "Piles",
    "Ratio",
    "Rules",
    "Standing",
    "Workdays",
    "flow_forecast",
    "line_forecast",
    "month_shares",
    "path_of",
    "printed",
    "ratio",
    "reconcile",
    "stand",
    "suspicious",
]
