"""What a book holds, as frozen values."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kechuang.engines.rules import Input, Policy, Rule
from kechuang.engines.rules.facts import Feed

from .forms import ForeignForm
from .planned import Area, Group, Indicator, Mark, Milestone, Plan, Target, Task
from .sheets import BookRegister, Layout
from .timing import Calendar, Market, Supervision

__all__ = [
    "Area",
    "Body",
    "Book",
    "Calendar",
    "Fact",
    "Figure",
    "Group",
    "Indicator",
    "Mark",
    "Market",
    "Milestone",
    "Place",
    "Plan",
    "ReturnLayout",
    "Rung",
    "Source",
    "Supervision",
    "Target",
    "Task",
]


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
    forms: tuple[ForeignForm, ...] = ()
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
