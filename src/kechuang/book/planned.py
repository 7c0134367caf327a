"""What a plan holds, as frozen values: indicators, targets, tasks, milestones."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Indicator:
    """What is measured. ``measure`` names the room's measure when our own records can tell."""

    id: str
    title: str
    title_en: str
    unit: str
    kind: str
    definition: str
    definition_en: str
    producer: str
    rhythm: str
    measure: str
    source: str
    aliases: tuple[str, ...] = ()  # how others write its title


@dataclass(frozen=True)
class Mark:
    """A value on a day: a baseline (with its source) or a year's own goal."""

    on: date
    value: Decimal
    source: str = ""


@dataclass(frozen=True)
class Milestone:
    """What a task is to have reached by a day, when the plan says so; ``after`` names those it
    waits on by title.
    """

    title: str
    due: date
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """A figure to be reached.

    Without ``value``, ``absence`` says why: no_number, unknown or masked.
    """

    number: int
    id: str
    group: str
    title: str
    title_en: str
    indicator: str
    printed: str
    bound: str
    value: Decimal | None
    absence: str
    by: date
    source: str
    status: str
    parent: str
    note: str
    tasks: tuple[int, ...]
    clause: str = ""
    scope: str = ""
    kind: str = ""  # level, flow, share, events, sum; "" as its indicator
    down: bool = False
    baseline: Mark | None = None
    marks: tuple[Mark, ...] = ()
    reports: str = ""  # the body that reports it where our records cannot tell
    confirms: str = ""


@dataclass(frozen=True)
class Task:
    """A piece of work; ``basis`` says whether the responsible unit is named in a text or our
    reading.
    """

    number: int
    id: str
    title: str
    title_en: str
    content: str
    lead: str
    cooperating: tuple[str, ...]
    basis: str
    records: str
    source: str
    clause: str = ""
    milestones: tuple[Milestone, ...] = ()
    after: tuple[int, ...] = ()


@dataclass(frozen=True)
class Area:
    """A chapter of tasks."""

    number: int
    title: str
    title_en: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Group:
    """A group of targets."""

    id: str
    title: str
    title_en: str


@dataclass(frozen=True)
class Plan:
    """Targets and tasks of one document for one period."""

    id: str
    title: str
    title_en: str
    number: str
    start: date
    end: date
    sources: tuple[str, ...]
    groups: tuple[Group, ...]
    targets: tuple[Target, ...]
    areas: tuple[Area, ...]
    parent: str = ""
    succeeds: str = ""
    place: str = ""
    safeguards: tuple[str, ...] = ()

    def last_year(self, today: date) -> int:
        """The year by which it is judged: this one, or its last when it is over."""
        return min(today.year, self.end.year)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All tasks in order."""
        return tuple(task for area in self.areas for task in area.tasks)

    def target(self, identity: str) -> Target | None:
        """The target of that id."""
        return next((t for t in self.targets if t.id == identity), None)

    def task(self, number: int) -> Task | None:
        """The task of that number."""
        return next((t for t in self.tasks if t.number == number), None)

    def serving(self, number: int) -> tuple[Target, ...]:
        """The targets that a task serves."""
        return tuple(t for t in self.targets if number in t.tasks)
