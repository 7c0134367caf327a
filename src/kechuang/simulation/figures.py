"""What is approved once, what the city's bulletins say, what bodies report."""

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random

from .calendar import month_end
from .shapes import Approval, Certificate, Ground, Notice, Party, Report

SOURCE = "样例：市科技局月度通报（数字虚构）"
_BULLETINS = {"young-eagle": "young_eagle", "gazelle": "gazelle", "leading": "leading"}
# (indicator, decimals, values by year of the history)
_REPORTED = (
    ("rd-intensity", 2, (3.62, 3.94, 4.38, 4.47, 4.61, 4.72)),
    ("valid-invention-patents", 0, (1326, 1571, 1908, 2187, 2540, 2896)),
    ("emerging-industry-share", 1, (26.3, 28.0, 29.2, 30.4, 31.6, 32.5)),
    ("high-tech-manufacturing-share", 1, (11.8, 12.7, 13.6, 14.1, 14.9, 15.6)),
)
_APPROVED = (
    ("platform", "municipal", "智能传感产业创新平台", 1, (6, 18)),
    ("special_project", "municipal", "新能源关键材料专项", 1, (10, 12)),
    ("science_park", "municipal", "葛水大学科技园", 1, (12, 9)),
    ("platform", "municipal", "海水淡化膜中试平台", 2, (9, 22)),
    ("facility", "national", "结构抗震模拟试验装置", 3, (3, 15)),
    ("science_park", "municipal", "沽河大学科技园", 3, (5, 30)),
    ("special_project", "municipal", "功率半导体专项", 4, (4, 8)),
    ("platform", "national", "动力电池安全创新平台", 5, (9, 25)),
    ("special_project", "district", "合成生物制造专项", 5, (7, 3)),
    ("platform", "district", "低空装备测试平台", 6, (5, 14)),
    ("special_project", "municipal", "康复机器人专项", 6, (8, 28)),
)


def approvals(parties: Sequence[Party], first: int, today: date) -> Iterator[Approval]:
    """Platforms, facilities, special projects and science parks up to today."""
    operators = [p.code for p in parties if p.kind in ("university", "institute")]
    for place, (kind, level, name, years, (month, day)) in enumerate(_APPROVED):
        on = date(first + years, month, day)
        if on <= today:
            number = f"样例〔{on.year}〕{place + 3}号"
            yield Approval(kind, level, name, operators[place * 3 % len(operators)], number, on)


def _bulletin_days(first: int, today: date) -> list[date]:
    """The ends of all years, and of the last months of this one."""
    ends = [date(y, 12, 31) for y in range(first, today.year)]
    return ends + [month_end(today.year, m) for m in range(max(1, today.month - 3), today.month)]


def notices(
    ground: Ground, held: Sequence[Certificate], first: int, today: date, dice: Random
) -> Iterator[Notice]:
    """Entries of the year in each district; ours differ a little from what is on record here."""
    shares = {place: dice.uniform(0.3, 1.6) for place in ground.neighbours[:-1]}
    for day in _bulletin_days(first, today):
        for indicator, rung in _BULLETINS.items():
            own = _count(held, rung, day)
            values = {ground.place: max(0, own - dice.choice((0, 0, 1, 2, 4)) * (own > 20))}
            values |= {
                place: round(own * share * dice.uniform(0.9, 1.1))
                for place, share in shares.items()
            }
            if ground.neighbours:
                values[ground.neighbours[-1]] = sum(values.values())
            counting = "total" if rung == "leading" else "ytd"
            for place, value in values.items():
                yield Notice(indicator, place, day, value, counting, SOURCE)


def _count(held: Sequence[Certificate], rung: str, day: date) -> int:
    if rung == "leading":
        return sum(c.rung == rung and c.valid_from <= day for c in held)
    return sum(
        c.rung == rung and c.valid_from.year == day.year and c.valid_from <= day for c in held
    )


def reports(first: int, today: date) -> Iterator[Report]:
    """One figure a year and indicator, for the years that are over; shares have their parts."""
    for indicator, decimals, values in _REPORTED:
        for place, year in enumerate(range(first, today.year)):
            value = f"{values[min(place, len(values) - 1)]:.{decimals}f}"
            yield Report(indicator, year, value, "", "")
