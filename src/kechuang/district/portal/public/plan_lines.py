"""What the plan's page says of its targets and tasks: the answer, what is to be decided, the rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.book.schemas import Area, Plan
from kechuang.district.plan.models import LIGHTS, Milestone
from kechuang.district.plan.services import Reading
from kechuang.district.portal.reports.marks import Bar, Share, Spark, bar_of, shares_of, spark_of

WORRIES = ("missed", "behind", "at_risk")


@dataclass(frozen=True)
class Row:
    """A target with its two small pictures."""

    reading: Reading
    bar: Bar | None
    spark: Spark | None


@dataclass(frozen=True)
class AreaLine:
    """An area of tasks: how many are closed, how many have a milestone that is over."""

    area: Area
    closed: int
    late: int
    parts: list[Share]


@dataclass(frozen=True)
class Answer:
    """What the page says first."""

    rows: dict[str, list[Row]]
    shares: list[Share]
    worries: list[Reading]
    reached: int
    unknown: int
    count: int
    days_left: int

    @property
    def calm(self) -> int:
        """How many want nothing now."""
        return self.count - len(self.worries)


def answer_of(plan: Plan, found: Sequence[Reading], today: date) -> Answer:
    """The counts, the targets that want a decision (the worst first), the rows by group."""
    counts = [(name, words, sum(r.light == name for r in found)) for name, words in LIGHTS.items()]
    by_name = {name: count for name, _, count in counts}
    worries = [r for name in WORRIES for r in found if r.light == name]
    rows: dict[str, list[Row]] = {g.id: [] for g in plan.groups}
    for r in found:
        goal = None if r.target.value is None else float(r.target.value)
        bar = bar_of(None if r.value is None else float(r.value), goal)
        rows.setdefault(r.target.group, []).append(Row(r, bar, spark_of(r.observed)))
    return Answer(
        rows,
        shares_of(counts),
        worries,
        by_name["reached"],
        by_name["unknown"],
        len(found),
        (plan.end - today).days,
    )


def areas_of(
    plan: Plan, states: dict[int, str], marks: Sequence[Milestone], today: date
) -> list[AreaLine]:
    """Each area as a bar: closed, late, the rest."""
    late = {m.task for m in marks if m.state == "open" and m.due < today}
    return [_area_line(area, states, late) for area in plan.areas]


def _area_line(area: Area, states: dict[int, str], late: Collection[int]) -> AreaLine:
    numbers = [t.number for t in area.tasks]
    closed = sum(states.get(n) == "closed" for n in numbers)
    behind = sum(n in late and states.get(n) != "closed" for n in numbers)
    rest = len(numbers) - closed - behind
    parts = shares_of([("reached", "", closed), ("behind", "", behind), ("rest", "", rest)])
    return AreaLine(area, closed, behind, parts)
