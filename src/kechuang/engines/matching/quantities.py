"""Figures in running text: a number with its unit and bound, so that one side's can be laid beside
the other's.

Only what is printed is read: "不低于85%" is at least 85 %, "2.5个点" is 2.5 %, "八成" is 80 %. What has
no unit stays out, as do years, model numbers and powers of money.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kechuang.engines.text import aligned
from kechuang.engines.text.numerals import parse_number

# unit as printed (comparable form) → (dimension, factor to the dimension's first unit)
_UNITS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("%", "个百分点", "个点", "百分点"), ("share", 1.0)),
    "成": ("share", 10.0),
    "‰": ("share", 0.1),
    **dict.fromkeys(("km", "公里", "千米"), ("length", 1000.0)),
    **dict.fromkeys(("m", "米"), ("length", 1.0)),
    **dict.fromkeys(("cm", "厘米", "公分"), ("length", 1e-2)),
    **dict.fromkeys(("mm", "毫米"), ("length", 1e-3)),
    **dict.fromkeys(("um", "μm", "微米"), ("length", 1e-6)),
    **dict.fromkeys(("nm", "纳米"), ("length", 1e-9)),
    **dict.fromkeys(("m2", "平方米", "㎡"), ("area", 1.0)),
    **dict.fromkeys(("km2", "平方公里", "平方千米"), ("area", 1e6)),
    **dict.fromkeys(("公顷", "hm2"), ("area", 1e4)),
    "亩": ("area", 10_000 / 15),
    **dict.fromkeys(("m3", "立方米", "方"), ("volume", 1.0)),
    **dict.fromkeys(("l", "升"), ("volume", 1e-3)),
    **dict.fromkeys(("ml", "毫升"), ("volume", 1e-6)),
    **dict.fromkeys(("t", "吨"), ("mass", 1000.0)),
    **dict.fromkeys(("kg", "千克", "公斤"), ("mass", 1.0)),
    "斤": ("mass", 0.5),
    **dict.fromkeys(("g", "克"), ("mass", 1e-3)),
    **dict.fromkeys(("mg", "毫克"), ("mass", 1e-6)),
    **dict.fromkeys(("μg", "ug", "微克"), ("mass", 1e-9)),
    **dict.fromkeys(("℃", "°c", "摄氏度", "度"), ("temperature", 1.0)),
    **dict.fromkeys(("h", "小时", "个小时"), ("time", 3600.0)),
    **dict.fromkeys(("min", "分钟"), ("time", 60.0)),
    **dict.fromkeys(("s", "秒", "秒钟"), ("time", 1.0)),
    **dict.fromkeys(("ms", "毫秒"), ("time", 1e-3)),
    **dict.fromkeys(("μs", "us", "微秒"), ("time", 1e-6)),
    **dict.fromkeys(("天", "日"), ("time", 86_400.0)),
    **dict.fromkeys(("年",), ("years", 1.0)),
    "个月": ("years", 1 / 12),
    **dict.fromkeys(("pa", "帕"), ("pressure", 1.0)),
    **dict.fromkeys(("kpa", "千帕"), ("pressure", 1e3)),
    **dict.fromkeys(("mpa", "兆帕"), ("pressure", 1e6)),
    **dict.fromkeys(("gpa", "吉帕"), ("pressure", 1e9)),
    **dict.fromkeys(("w", "瓦"), ("power", 1.0)),
    **dict.fromkeys(("kw", "千瓦"), ("power", 1e3)),
    **dict.fromkeys(("mw", "兆瓦"), ("power", 1e6)),
    **dict.fromkeys(("kwh", "kw·h", "千瓦时", "度电"), ("energy", 3.6e6)),
    **dict.fromkeys(("j", "焦"), ("energy", 1.0)),
    **dict.fromkeys(("kj", "千焦"), ("energy", 1e3)),
    **dict.fromkeys(("v", "伏"), ("voltage", 1.0)),
    **dict.fromkeys(("kv", "千伏"), ("voltage", 1e3)),
    **dict.fromkeys(("mv", "毫伏"), ("voltage", 1e-3)),
    **dict.fromkeys(("a", "安"), ("current", 1.0)),
    **dict.fromkeys(("ma", "毫安"), ("current", 1e-3)),
    **dict.fromkeys(("hz", "赫兹", "赫"), ("frequency", 1.0)),
    **dict.fromkeys(("khz", "千赫"), ("frequency", 1e3)),
    **dict.fromkeys(("mhz", "兆赫"), ("frequency", 1e6)),
    **dict.fromkeys(("ghz", "吉赫"), ("frequency", 1e9)),
    **dict.fromkeys(("mg/l", "毫克/升", "ppm"), ("concentration", 1.0)),
    **dict.fromkeys(("g/l", "克/升"), ("concentration", 1e3)),
    **dict.fromkeys(("μg/l", "ug/l"), ("concentration", 1e-3)),
    **dict.fromkeys(("mg/kg", "毫克/千克"), ("mass share", 1.0)),
    **dict.fromkeys(("m/s", "米/秒"), ("speed", 1.0)),
    **dict.fromkeys(("km/h", "公里/小时", "千米/小时"), ("speed", 1 / 3.6)),
    **dict.fromkeys(("r/min", "rpm", "转/分"), ("rotation", 1.0)),
    **dict.fromkeys(("db", "分贝"), ("level", 1.0)),
    **dict.fromkeys(("cp", "mpa·s"), ("viscosity", 1.0)),
    "倍": ("times", 1.0),
    "次": ("count", 1.0),
    **dict.fromkeys(("万次",), ("count", 1e4)),
    **dict.fromkeys(("fps", "帧/秒"), ("frames", 1.0)),
}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_N = r"\d+(?:,\d{3})*(?:\.\d+)?|[一二两三四五六七八九十百半]+(?=成|倍|个点)"
_FIGURE = re.compile(
    rf"(?<![a-z0-9.\-])(?P<low>{_N})\s*(?:(?:~|-|至|到|—)\s*(?P<high>{_N}))?\s*(?P<scale>万|亿|千|百)?\s*"
    rf"(?P<unit>{_UNIT})(?![a-z0-9])"
)
_LEAST_BEFORE = re.compile(
    r"(?:不低于|不少于|不小于|至少|(?<!不)大于|(?<!不)超过|(?<!不)高于|以上达|≥|>|提高到|提到|增至|达到?|升到)\s*$"
)
_MOST_BEFORE = re.compile(
    r"(?:不超过|不大于|不高于|不多于|至多|(?<!不)小于|(?<!不)低于|(?<!不)少于|≤|<|控制在|降到|降至|压到|压缩到|减到|缩短到|限)\s*$"
)
_LEAST_AFTER = re.compile(r"^\s*(?:以上|及以上|起|以远)")
_MOST_AFTER = re.compile(r"^\s*(?:以下|以内|之内|及以下|内)")


@dataclass(frozen=True)
class Figure:
    """One figure of a text.

    ``low`` and ``high`` are in the first unit of the dimension and None where open: (85, None) is
    "at least 85". ``start`` and ``end`` are places in the text that was read.
    """

    dimension: str
    low: float | None
    high: float | None
    bound: str  # least, most, about or between
    printed: str
    start: int
    end: int

    @property
    def value(self) -> float:
        """The figure as one number, to lay beside another."""
        known = [n for n in (self.low, self.high) if n is not None]
        return known[-1] if self.bound == "most" else known[0]


def figures(text: str) -> list[Figure]:
    """The figures with a unit that a text prints, in order.

    >>> [(f.dimension, f.low, f.high) for f in figures("温差不超过3℃，减重两成以上，膜厚20～30 μm")]
    [('temperature', None, 3.0), ('share', 20.0, None), ('length', 2e-05, 3e-05)]
    """
    plain = aligned(text)
    found = []
    for hit in _FIGURE.finditer(plain):
        dimension, factor = _UNITS[hit["unit"]]
        low = _number(hit["low"], hit["scale"], factor)
        high = _number(hit["high"], hit["scale"], factor) if hit["high"] else None
        if low is None:
            continue
        bound, least, most = _bound(plain, hit, low, high)
        printed = text[hit.start() : hit.end()].strip()
        found.append(Figure(dimension, least, most, bound, printed, hit.start(), hit.end()))
    return found


def _number(text: str, scale: str | None, factor: float) -> float | None:
    if text == "半":
        return 0.5 * factor
    number = parse_number(text)
    if number is None:
        return None
    times = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}.get(scale or "", 1)
    return float(f"{float(number) * times * factor:.9g}")


def _bound(
    plain: str, hit: re.Match[str], low: float, high: float | None
) -> tuple[str, float | None, float | None]:
    before, after = plain[max(0, hit.start() - 6) : hit.start()], plain[hit.end() : hit.end() + 4]
    if high is not None:
        return "between", min(low, high), max(low, high)
    if _MOST_AFTER.search(after) or _MOST_BEFORE.search(before):
        return "most", None, low
    if _LEAST_AFTER.search(after) or _LEAST_BEFORE.search(before):
        return "least", low, None
    return "about", low, low


def answers(asked: Figure, offered: Figure) -> bool | None:
    """Whether an offered figure meets the one asked for; None when they can't be compared.

    >>> ask, have = figures("温差不超过3℃")[0], figures("最大温差2.4℃")[0]
    >>> answers(ask, have)
    True
    """
    if asked.dimension != offered.dimension:
        return None
    value = offered.value
    if asked.bound == "most":
        return value <= (asked.high or 0.0)
    if asked.bound == "least":
        return value >= (asked.low or 0.0)
    if asked.low is None or asked.high is None or offered.bound != "about":
        return None
    slack = 0.1 * abs(asked.high)
    return asked.low - slack <= value <= asked.high + slack
