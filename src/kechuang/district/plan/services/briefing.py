"""A month, a quarter or a page for the leaders, written from the records.

The portal gives it a shape.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count

from kechuang.book.schemas import Book, Plan, Target
from kechuang.district.core.models import Entry
from kechuang.district.plan.models import (
    LIGHTS,
    REPORTS,
    Closing,
    Measurement,
    Milestone,
    MonthlyReturn,
    TaskFile,
)
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.periods import period_span
from kechuang.engines.base.sayings import Said

from .closings import counts_what
from .readings import Reading, place_name, readings

_TELLING = (
    "transfer.contract.",
    "registry.recognition.",
    "registry.establishment.",
    "plan.milestone.",
    "plan.task.",
    "plan.closing.",
)


@dataclass(frozen=True)
class Moved:
    """A figure now and what our records said at the end of the period before."""

    reading: Reading
    before: Decimal | None

    @property
    def change(self) -> Decimal | None:
        return (
            None
            if self.before is None or self.reading.value is None or self.reading.how != "computed"
            else self.reading.value - self.before
        )


@dataclass(frozen=True)
class TaskLine:
    """A task with what its bodies said in the period."""

    number: int
    title: str
    lead: str
    state: str
    returns: tuple[MonthlyReturn, ...]
    silent: tuple[str, ...]
    done: int
    due: int


@dataclass(frozen=True)
class Report:
    """All that a report says; ``unknowns`` names what is not known, and why."""

    kind: str
    title: str
    plan: Plan
    period: str
    start: date
    end: date
    figures: tuple[Moved, ...]
    lights: tuple[tuple[str, int], ...]
    tasks: tuple[TaskLine, ...]
    events: tuple[tuple[str, int], ...]
    closings: tuple[tuple[Closing, Said], ...]  # with what each figure counts
    unknowns: tuple[tuple[Target, str], ...]
    before_words: str
    only_reviewed: bool

    @property
    def told(self) -> bool:
        """Whether there is anything to say of any task."""
        return any(t.returns or t.silent or t.due for t in self.tasks)


def write(
    book: Book, plan: Plan, kind: str, period: str, today: date, *, only_reviewed: bool = False
) -> Report:
    """Put a report together as of the period's end (or today, while it runs).

    Args:
        only_reviewed: Leave out what bodies said and nobody has taken over yet; else it is marked.
    """
    start, end = period_span(period)
    as_of = min(end, today)
    if start > today:
        raise Invalid("period.not_begun", "period")
    found = readings(book, as_of.year, as_of, plan)
    indicators = [r.indicator.id for r in found]
    before = _before(indicators, start)
    moved = tuple(
        Moved(r, _sum_before(r, start) if r.kind == "sum" else before.get((r.indicator.id, r.year)))
        for r in found
    )
    counts = tuple((name, sum(r.light == name for r in found)) for name in LIGHTS)
    return Report(
        kind,
        f"{place_name(book)}科技创新计划{REPORTS[kind]}（{_said(period)}）",
        plan,
        period,
        start,
        as_of,
        moved,
        tuple((n, c) for n, c in counts if c),
        tuple(_tasks(plan, start, as_of, heard_states(only_reviewed))),
        tuple(_events(start, as_of)),
        tuple((c, counts_what(c)) for c in _closed(period, indicators)),
        tuple(_unknowns(found)),
        f"{start - timedelta(days=1)}",
        only_reviewed,
    )


def _closed(period: str, indicators: Sequence[str]) -> Iterable[Closing]:
    found = Closing.objects.filter(period=period, indicator__in=indicators)
    return found.prefetch_related("corrections")


def _said(period: str) -> str:
    year, rest = period.split("-") if "-" in period else period.split("Q")
    return (
        f"{year}年{int(rest)}月" if "-" in period else f"{year}年第{'一二三四'[int(rest) - 1]}季度"
    )


def _before(indicators: Sequence[str], start: date) -> dict[tuple[str, int], Decimal]:
    """The last measured value before the period, by indicator and year: one query."""
    rows = Measurement.objects.filter(indicator__in=set(indicators), as_of__lt=start).order_by("id")
    return {(i, y): Decimal(v) for i, y, v in rows.values_list("indicator", "year", "value")}


def _sum_before(reading: Reading, start: date) -> Decimal | None:
    """The running sum at the end of the period before: a measured value is of one year only."""
    seen = [v for d, v in reading.observed if d < start]
    return round(Decimal(seen[-1]), 6) if seen else None


def heard_states(only_reviewed: bool) -> tuple[str, ...]:
    """The states in which a return is quoted."""
    return ("accepted",) if only_reviewed else ("submitted", "accepted")


def _tasks(plan: Plan, start: date, end: date, heard: Sequence[str]) -> list[TaskLine]:
    files = {f.task: f for f in TaskFile.objects.filter(plan=plan.id)}
    said: dict[int, list[MonthlyReturn]] = {}
    months = (f"{start:%Y-%m}", f"{end:%Y-%m}")
    for r in MonthlyReturn.objects.filter(
        plan=plan.id, month__gte=months[0], month__lte=months[1]
    ).exclude(state="cancelled"):
        said.setdefault(r.task, []).append(r)
    marks: dict[int, list[Milestone]] = {}
    for m in Milestone.objects.filter(plan=plan.id, due__lte=end).exclude(state="dropped"):
        marks.setdefault(m.task, []).append(m)
    lines = []
    for task in plan.tasks:
        given = [r for r in said.get(task.number, []) if r.state in heard]
        silent = [
            f"{r.body}（{r.month}）"
            for r in said.get(task.number, [])
            if r.state in ("asked", "sent_back") and r.due_on < end
        ]
        due = marks.get(task.number, [])
        file = files.get(task.number)
        lines.append(
            TaskLine(
                task.number,
                task.title,
                task.lead,
                file.state if file else "",
                tuple(given),
                tuple(silent),
                sum(m.state == "reached" for m in due),
                len(due),
            )
        )
    return lines


def _events(start: date, end: date) -> list[tuple[str, int]]:
    """What changed, counted by kind from the ledger."""
    rows = (
        Entry.objects.filter(day__gte=start, day__lte=end)
        .order_by()
        .values_list("kind")
        .annotate(count=Count("id"))
    )
    told = [(kind, count) for kind, count in rows if kind.startswith(_TELLING)]
    return sorted(told, key=lambda kv: (-kv[1], kv[0]))


def _unknowns(found: Sequence[Reading]) -> list[tuple[Target, str]]:
    return [(r.target, r.standing.why) for r in found if r.value is None or r.light == "unknown"]
