"""The time line of tasks: bars, milestones, and arrows from what is waited on to what waits.

Numbers only; the template draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kechuang.engines.planning.waiting import out_of_order

LEFT, RIGHT, TOP, STEP = 230, 1180, 34, 30


@dataclass(frozen=True)
class Mark:
    """A milestone: where it lies and how it stands."""

    key: int
    task: int
    title: str
    due: date
    state: str
    late: bool
    after: tuple[int, ...] = ()


@dataclass(frozen=True)
class Row:
    """A task with its waits on whole tasks."""

    number: int
    title: str
    link: str
    after: tuple[int, ...]


@dataclass(frozen=True)
class Placed:
    mark: Mark
    x: int
    y: int


@dataclass(frozen=True)
class Arrow:
    """``path``: an SVG path from the waited-on to the waiting; ``wrong``: their days cannot both
    hold.
    """

    path: str
    words: tuple[str, str]
    wrong: bool
    kind: str  # milestone or task


@dataclass(frozen=True)
class TimeLine:
    width: int
    height: int
    left: int
    ticks: tuple[tuple[str, int], ...]
    today: int | None
    rows: tuple[
        tuple[Row, int, int, int], ...
    ]  # (row, y, bar from, bar to; equal when there is none)
    marks: tuple[Placed, ...]
    arrows: tuple[Arrow, ...]


def time_line(rows: Sequence[Row], marks: Sequence[Mark], today: date) -> TimeLine:
    """Place everything between the first and the last quarter that matter: at most two years
    back, six ahead.
    """
    first, last = _span([m.due for m in marks], today)
    days = (last - first).days

    def across(day: date) -> int:
        part = min(max((day - first).days, 0), days)
        return LEFT + (RIGHT - LEFT) * part // days

    height = {r.number: TOP + STEP * n + STEP // 2 for n, r in enumerate(rows)}
    placed = {m.key: Placed(m, across(m.due), height[m.task]) for m in marks if m.task in height}
    bars = {r.number: sorted(p.x for p in placed.values() if p.mark.task == r.number) for r in rows}
    return TimeLine(
        RIGHT + 20,
        TOP + STEP * len(rows) + 8,
        LEFT,
        tuple(
            (f"{q.year % 100:02d}Q{(q.month + 2) // 3}", across(q)) for q in _quarters(first, last)
        ),
        across(today) if first <= today <= last else None,
        tuple(
            (r, height[r.number], *((b[0], b[-1]) if (b := bars[r.number]) else (0, 0)))
            for r in rows
        ),
        tuple(placed.values()),
        (*_mark_arrows(placed), *_task_arrows(rows, bars, height)),
    )


def _span(days: list[date], today: date) -> tuple[date, date]:
    near = [d for d in days if -730 <= (d - today).days <= 6 * 366]
    start, end = min([today, *near]), max([today + timedelta(days=90), *near])
    first = date(start.year, (start.month - 1) // 3 * 3 + 1, 1)
    month = (end.month - 1) // 3 * 3 + 4
    return first, date(end.year + (month > 12), month - 12 if month > 12 else month, 1)


def _quarters(first: date, last: date) -> list[date]:
    found, day = [], first
    while day < last:
        found.append(day)
        day = date(day.year + (day.month > 9), day.month - 9 if day.month > 9 else day.month + 3, 1)
    return found


def _mark_arrows(placed: Mapping[int, Placed]) -> list[Arrow]:
    waits = {key: p.mark.after for key, p in placed.items()}
    wrong = set(out_of_order({k: p.mark.due for k, p in placed.items()}, waits))
    return [
        Arrow(
            _path(placed[other].x, placed[other].y, p.x, p.y),
            (placed[other].mark.title, p.mark.title),
            (key, other) in wrong,
            "milestone",
        )
        for key, p in placed.items()
        for other in p.mark.after
        if other in placed
    ]


def _task_arrows(
    rows: Sequence[Row], bars: Mapping[int, list[int]], height: Mapping[int, int]
) -> list[Arrow]:
    named = {r.number: r for r in rows}
    return [
        Arrow(
            _path(
                bars[other][-1] if bars[other] else LEFT,
                height[other],
                bars[r.number][0] if bars[r.number] else LEFT + 12,
                height[r.number],
            ),
            (named[other].title, r.title),
            False,
            "task",
        )
        for r in rows
        for other in r.after
        if other in named
    ]


def _path(x1: int, y1: int, x2: int, y2: int) -> str:
    """Out to the right, down or up, in from the left; the curve never crosses a mark's middle."""
    out, into = x1 + 7, x2 - 8
    bend = max(18, abs(into - out) // 3)
    return f"M{out},{y1} C{out + bend},{y1} {into - bend},{y2} {into},{y2}"
