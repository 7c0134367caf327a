"""What a book holds, as frozen values."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kechuang.engines.rules import Input, Policy, Rule
from kechuang.engines.rules.facts import Feed

from .sheets import BookRegister, Layout
from .timing import Calendar, Market, Supervision


@dataclass(frozen=True)
class Source:
    """Where a figure or sentence comes from, and how near that is to the original."""

    code: str
    title: str
    status: str
    url: str = ""
    issuer: str = ""
    dated: str = ""
    checked_on: date | None = None
    note: str = ""


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


@dataclass(frozen=True)
class Figure:
    """A published figure, as printed. Contradicting figures stand side by side."""

    indicator: str
    place: str
    value: Decimal
    period: str
    as_of: date | None
    basis: str
    source: str
    note: str


@dataclass(frozen=True)
class Place:
    """A district, a town, a park."""

    id: str
    name: str
    name_en: str
    kind: str
    code: str
    parent: str


@dataclass(frozen=True)
class Body:
    """An organisation, platform or fund that the plan names; ``known`` False: nothing else was
    found.
    """

    id: str
    name: str
    name_en: str
    kind: str
    known: bool
    facts: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class ReturnLayout:
    """A receiver's own layout: words above, a table, words below.

    ``checked_against`` names last year's file.

    An xlsx says where the words above stand (cell) and where the rows begin; a docx sets them one
    paragraph each. ``line`` instead of ``columns`` writes every row as a sentence (docx only).
    """

    id: str
    title: str
    receiver: str
    kind: str  # xlsx or docx
    rows: str  # targets, tasks, contracts, firms
    head: tuple[tuple[str, str], ...]  # (cell or "", text with {month} {year} {place})
    first_row: int  # 0 in a docx
    columns: tuple[tuple[str, str], ...]  # (heading, field)
    line: str = ""
    foot: tuple[str, ...] = ()
    checked_against: str = ""


@dataclass(frozen=True)
class Rung:
    """A step of the ladder of firms.

    Names are dated: a certificate keeps the one it was given under.
    """

    id: str
    order: int
    names: tuple[tuple[date, str, str], ...]  # (from, name, English)
    counts: str  # flow: entries of the year; stock: in force on the day
    months: int | None  # validity of an entry; None when the rules do not say
    rule: str  # the policy rule that tells who passes, "" when none
    recognised_by: str  # state, city, district
    source: str
    note: str = ""
    counts_in: str = ""  # the rung that official counts add it to
    update_by: str = ""  # month and day of a yearly duty to update, "09-30"
    aliases: tuple[str, ...] = ()

    def named(self, day: date) -> tuple[str, str]:
        """Name and English name on a day; the first one before that."""
        held = [n for n in self.names if n[0] <= day] or [self.names[0]]
        return held[-1][1], held[-1][2]

    @property
    def title(self) -> str:
        """The newest name."""
        return self.names[-1][1]

    @property
    def title_en(self) -> str:
        """The newest English name."""
        return self.names[-1][2]


@dataclass(frozen=True)
class Fact:
    """A fact that a firm reports once a year.

    ``slow`` ones are prefilled from last year; ``secret`` ones are finances.
    """

    given: Input
    title_en: str
    group: str
    secret: bool
    slow: bool
    jump: int  # ask when it is this many times last year's, or that part of it; 0 never
    aliases: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its name, which rules and sheets use too."""
        return self.given.name


@dataclass(frozen=True)
class Book:
    """One place's book with all that it inherits."""

    id: str
    title: str
    title_en: str
    place: str
    plan: Plan | None
    indicators: Mapping[str, Indicator]
    sources: Mapping[str, Source]
    figures: tuple[Figure, ...]
    places: Mapping[str, Place]
    bodies: tuple[Body, ...]
    areas: Mapping[str, tuple[str, str]]
    disciplines: Mapping[str, str]
    layouts: Mapping[str, Layout]
    market: Market
    lexicon: tuple[str, ...]
    parent: "Book | None" = None
    plans: Mapping[str, Plan] = dataclasses.field(default_factory=dict)
    supervision: Supervision = dataclasses.field(default_factory=Supervision)
    calendar: Calendar = dataclasses.field(default_factory=Calendar)
    returns: Mapping[str, ReturnLayout] = dataclasses.field(default_factory=dict)
    policies: Mapping[str, Policy] = dataclasses.field(default_factory=dict)
    registers: Mapping[str, BookRegister] = dataclasses.field(default_factory=dict)
    ladder: Mapping[str, Rung] = dataclasses.field(default_factory=dict)
    facts: Mapping[str, Fact] = dataclasses.field(default_factory=dict)
    feeds: Mapping[str, Feed] = dataclasses.field(default_factory=dict)
    asks: Mapping[str, Rule] = dataclasses.field(
        default_factory=dict
    )  # plausible when true; named by the question

    def area_of(self, name: str) -> str:
        """The high-tech area of a field or discipline; the name itself when the book does not
        know it.
        """
        area = self.disciplines.get(name, "")
        return self.areas[area][0] if area else name

    def parent_target(self, target: Target, plan: Plan | None = None) -> Target | None:
        """The target of the plan above that this one carries out; ``plan`` is the target's own,
        else the main plan.
        """
        above = self.plan_above(plan or self.plan) if (plan or self.plan) else None
        return above.target(target.parent) if above and target.parent else None

    def plan_above(self, plan: "Plan | None") -> Plan | None:
        """The plan of the book above that a plan carries out: the one it names, else the book's
        main plan.
        """
        if self.parent is None or plan is None:
            return None
        return self.parent.plans.get(plan.parent) or (None if plan.parent else self.parent.plan)

    def plan_on(self, day: date) -> Plan | None:
        """The plan in force on a day: the main one while it runs, else the last to begin of those
        that run; when none does, the last that ended, else the main one.
        """
        running = [p for p in self.plans.values() if p.start <= day <= p.end]
        if self.plan in running:
            return self.plan
        if running:
            return max(running, key=lambda p: p.start)
        over = [p for p in self.plans.values() if p.end < day]
        return max(over, key=lambda p: p.end, default=self.plan)

    def plan_of(self, identity: str) -> Plan | None:
        """A plan by its id; the main plan for ""."""
        return self.plans.get(identity) if identity else self.plan
