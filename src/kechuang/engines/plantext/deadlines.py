"""The days that a task's deadline means: 6月底前 of a plan for 2026 is 2026-06-30.

A deadline that has no day (长期坚持) says so, one that names no year says from where its year was
taken, and one that is not understood says that and nothing else.
"""

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kechuang.engines.text.numerals import parse_number

from .lines import fold

OPEN_HOWS = ("unclear", "impossible", "early")  # what a person must settle
_SPLIT = re.compile(r"[；;、,，。]|\n")
_YEAR = re.compile(r"(20\d\d)年?(?:[-—~～至到]+(20\d\d)年?)?")
_DAY = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])(?:月|[./-])(\d{1,2})日?")
_MONTH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])月(?:份)?(上旬|中旬|下旬|底|末)?")
_QUARTER = re.compile(r"(?:第)?([一二三四1-4])季度?")
_HALF = re.compile(r"(上|下)半年")
_ALWAYS = re.compile(r"长期|持续|常年|常态化|全年|贯穿|始终|日常")
_EVERY = re.compile(r"每(?:半?年|季度?|月|周|旬)|逐[年季月]|按[年季月]|定期|适时")
_END = re.compile(r"(?:规划|计划|方案|行动)期?(?:末|结束|内)|期末")
_FIVE_YEARS = {"十三五": 2020, "十四五": 2025, "十五五": 2030, "十六五": 2035}
_TENS = {"上旬": 10, "中旬": 20}


@dataclass(frozen=True)
class Deadline:
    """A deadline as printed, and the day that it means.

    Args:
        words: As printed.
        day: The last day on which it can be met; None where there is none.
        how: "" its own; "period", "issued", "before": its year was taken from the plan's period, the
            day of issue, or the deadline before it; "none": what has no end; "every": what comes
            again and again; "unclear": not understood; "impossible": no day of the calendar;
            "early": before the plan begins; "person": a person said so.
    """

    words: str
    day: date | None
    how: str = ""

    @property
    def open(self) -> bool:
        """Whether a person must say what it means."""
        return self.how in OPEN_HOWS


def deadlines(
    due: str, period: Sequence[str] = (), issued_on: str = "", said: Mapping[str, str] | None = None
) -> list[Deadline]:
    """Each deadline of a task's words.

    Args:
        due: As printed: "6月底前完成方案，2026年底前建成".
        period: First and last day of the plan, ISO; may be empty.
        issued_on: The day of issue, ISO; may be "".
        said: What a person said of a deadline: its words → an ISO day, "" for none.

    >>> [(d.words, str(d.day), d.how) for d in deadlines("6月底前；长期", ("2026-01-01", "2026-12-31"))]
    [('6月底前', '2026-06-30', 'period'), ('长期', 'None', 'none')]
    """
    held = _Frame(
        _iso(period[0] if period else ""), _iso(period[-1] if period else ""), _iso(issued_on)
    )
    found: list[Deadline] = []
    for part in _SPLIT.split(due):
        words = part.strip()
        if not words:
            continue
        if said and words in said and (_iso(said[words]) or not said[words]):
            found.append(Deadline(words, _iso(said[words]), "person"))
            continue
        made = _read(words, held, found)
        if made.how == "unclear" and found and not re.search(r"\d", fold(words)):
            continue  # what is to be done by the day before it: 6月底前完成方案，上报市局
        found.append(made)
    return found


def of_task(task: Mapping[str, Any], draft: Mapping[str, Any]) -> list[Deadline]:
    """The deadlines of a draft's task; ``days`` of the task is what a person said."""
    period = [str(d) for d in draft.get("period") or ()]
    issued = str(draft.get("issued_on") or "")
    return deadlines(str(task.get("due") or ""), period, issued, task.get("days"))


@dataclass(frozen=True)
class _Frame:
    start: date | None
    end: date | None
    issued: date | None


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read(words: str, held: _Frame, before: Sequence[Deadline]) -> Deadline:
    plain = re.sub(r"\s", "", fold(words))
    year = _YEAR.search(plain)
    rest = plain[year.end() :] if year else plain
    if not year and _EVERY.search(plain):
        return Deadline(words, None, "every")
    try:
        place = _place(rest)
    except ValueError:
        return Deadline(words, None, "impossible")
    if year and (place is None or year[2]):
        return _checked(Deadline(words, date(int(year[2] or year[1]), 12, 31)), held)
    if place is not None:
        try:
            return _checked(_dated(words, place, year, held, before), held)
        except ValueError:
            return Deadline(words, None, "impossible")
    for name, last in _FIVE_YEARS.items():
        if name in plain:
            return _checked(Deadline(words, date(last, 12, 31)), held)
    if _END.search(plain) and held.end:
        return Deadline(words, held.end, "period")
    return Deadline(words, None, "none" if _ALWAYS.search(plain) else "unclear")


def _place(plain: str) -> Callable[[int], date] | None:
    """Where in a year the words stand, as a function of the year; None: nowhere.

    Raises:
        ValueError: In no year is there such a day.
    """
    if m := _DAY.search(plain):
        month, day = int(m[1]), int(m[2])
        date(2024, month, day)
        return lambda year: date(year, month, day)
    if m := _QUARTER.search(plain):
        return _end_of(3 * int(parse_number(m[1]) or 0))
    if m := _HALF.search(plain):
        return _end_of(6 if m[1] == "上" else 12)
    if m := _MONTH.search(plain):
        month, tens = int(m[1]), _TENS.get(m[2] or "")
        return (lambda year: date(year, month, tens)) if tens else _end_of(month)
    if re.search(r"\d月", plain):
        raise ValueError(plain)
    if re.search(r"年[底末内]|[本当]年|岁末|^[底末]", plain):
        return _end_of(12)
    return None


def _end_of(month: int) -> Callable[[int], date]:
    return lambda year: date(year, month, calendar.monthrange(year, month)[1])


def _dated(
    words: str,
    place: Callable[[int], date],
    year: re.Match[str] | None,
    held: _Frame,
    before: Sequence[Deadline],
) -> Deadline:
    if year:
        return Deadline(words, place(int(year[1])))
    named = next((d for d in reversed(before) if d.day and d.how in ("", "before")), None)
    if named and named.day:
        day = place(named.day.year)
        return Deadline(words, day if day >= named.day else place(named.day.year + 1), "before")
    if held.start and held.end and held.start.year == held.end.year:
        return Deadline(words, place(held.start.year), "period")
    if held.issued:
        day = place(held.issued.year)
        return Deadline(words, day if day >= held.issued else place(held.issued.year + 1), "issued")
    return Deadline(words, None, "unclear")


def _checked(made: Deadline, held: _Frame) -> Deadline:
    early = made.day and held.start and made.day < held.start
    return Deadline(made.words, made.day, "early") if early else made
