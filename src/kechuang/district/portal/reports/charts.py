"""Pictures: Vega-Lite specifications rendered on the server, the same in page and PDF.

Each stands beside its table.
"""

import json
from datetime import date
from fractions import Fraction
from functools import lru_cache

import vl_convert

from kechuang.district.plan.services import Reading

ACCENT, QUIET, WARN = "#0b5c6b", "#8a979c", "#a3541a"
_FONT = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"


@lru_cache(maxsize=256)
def _svg(spec: str) -> str:
    return str(vl_convert.vegalite_to_svg(json.loads(spec)))


def render(spec: dict[str, object]) -> str:
    """A specification as SVG; equal data are drawn once."""
    whole = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": None,
        "config": {
            "font": _FONT,
            "view": {"stroke": None},
            "axis": {"labelColor": "#46555b", "titleColor": "#46555b", "gridColor": "#e6eaec"},
        },
        **spec,
    }
    return _svg(json.dumps(whole, ensure_ascii=False, sort_keys=True))


_Rows = list[dict[str, object]]
_Channel = dict[str, object]  # what a chart draws along: a field with its axis or scale


def way_chart(reading: Reading, words: dict[str, str], size: tuple[int, int] = (640, 230)) -> str:
    """Way, observations, goal and forecast of a target.

    ``words`` are the legend's: way, value, goal, forecast.
    """
    rows, band = _lines(reading, words)
    goal = [{"value": float(reading.goal.value), "what": words["goal"]}] if reading.goal else []
    x, y, colour = _axes(reading, words)
    lines: dict[str, object] = {
        "data": {"values": rows},
        "mark": {"type": "line", "point": {"size": 28}, "strokeWidth": 1.8},
        "encoding": {"x": x, "y": y, "color": colour},
    }
    rule: dict[str, object] = {
        "data": {"values": goal},
        "mark": {"type": "rule", "strokeDash": [4, 3]},
        "encoding": {"y": y, "color": colour},
    }
    layers = [lines, rule]
    if band:
        low = {"field": "low", "type": "quantitative"}
        layers.insert(
            0,
            {
                "data": {"values": band},
                "mark": {"type": "area", "opacity": 0.14, "color": WARN},
                "encoding": {"x": x, "y": low, "y2": {"field": "high"}},
            },
        )
    return render({"width": size[0], "height": size[1], "layer": layers})


def _axes(reading: Reading, words: dict[str, str]) -> tuple[_Channel, _Channel, _Channel]:
    """Day, value, and the colour of each line."""
    scale = {
        "domain": [words["value"], words["way"], words["forecast"], words["goal"]],
        "range": [ACCENT, QUIET, WARN, "#1f1f1f"],
    }
    x: _Channel = {
        "field": "day",
        "type": "temporal",
        "title": None,
        "axis": {"format": "%Y-%m", "grid": False, "tickCount": 6},
    }
    y: _Channel = {
        "field": "value",
        "type": "quantitative",
        "title": reading.indicator.unit,
        "scale": {"zero": reading.kind == "flow"},
    }
    colour: _Channel = {
        "field": "what",
        "type": "nominal",
        "scale": scale,
        "legend": {"title": None, "orient": "top"},
    }
    return x, y, colour


def _lines(reading: Reading, words: dict[str, str]) -> tuple[_Rows, _Rows]:
    """The points of every line, and the band around the forecast."""
    rows: _Rows = [
        {"day": d.isoformat(), "value": v, "what": words["value"]} for d, v in reading.observed
    ]
    if reading.path and reading.path.points:
        rows += [
            {"day": d.isoformat(), "value": float(v), "what": words["way"]}
            for d, v in way_corners(reading)
        ]
    if reading.value is None or reading.as_of is None:
        return rows, []
    start, value = reading.as_of.isoformat(), float(reading.value)
    rows.append({"day": start, "value": value, "what": words["value"]})
    forecast = reading.forecast
    if not forecast or forecast.value is None:
        return rows, []
    end = forecast.day.isoformat()
    rows += [
        {"day": start, "value": value, "what": words["forecast"]},
        {"day": end, "value": forecast.value, "what": words["forecast"]},
    ]
    return rows, [
        {"day": start, "low": value, "high": value},
        {"day": end, "low": forecast.low, "high": forecast.high},
    ]


def way_corners(reading: Reading) -> list[tuple[date, Fraction]]:
    """The way's corners; for a seasonal way its months."""
    assert reading.path
    if reading.path.how != "seasonal":
        return list(reading.path.points)
    year = reading.year
    ends = [reading.path.points[0][0].replace(year=year, month=m, day=28) for m in range(1, 13)]
    return [(d, v) for d in ends if (v := reading.path.at(d)) is not None]


def as_png(svg: str) -> bytes:
    """A chart of ours for Word."""
    return bytes(vl_convert.svg_to_png(svg, scale=2))


def bars_chart(
    rows: list[tuple[str, float]], unit: str, mine: str, *, width: int = 640, asked: float = 0
) -> str:
    """Places side by side with their figures, ours in the accent colour (all where ``mine`` is
    empty); ``asked`` is a line across.
    """
    values = [{"place": p, "value": v, "mine": mine in ("", p)} for p, v in rows]
    bars: dict[str, object] = {
        "mark": {"type": "bar", "height": 13},
        "encoding": {
            "y": {"field": "place", "type": "nominal", "sort": None, "title": None},
            "x": {
                "field": "value",
                "type": "quantitative",
                "title": unit,
                "axis": {"tickMinStep": 1, "tickCount": 5},
            },
            "color": {
                "field": "mine",
                "type": "nominal",
                "scale": {"domain": [True, False], "range": [ACCENT, "#b9c6ca"]},
                "legend": None,
            },
        },
    }
    figures: dict[str, object] = {
        "mark": {"type": "text", "align": "left", "dx": 4, "color": "#46555b"},
        "encoding": {
            "y": {"field": "place", "type": "nominal", "sort": None},
            "x": {"field": "value", "type": "quantitative"},
            "text": {"field": "value", "type": "quantitative", "format": ".4~g"},
        },
    }
    line: dict[str, object] = {
        "mark": {"type": "rule", "strokeDash": [4, 3]},
        "encoding": {"x": {"datum": asked}},
    }
    return render(
        {
            "width": width,
            "height": max(120, 22 * len(rows)),
            "data": {"values": values},
            "layer": [bars, figures, line] if asked else [bars, figures],
        }
    )
