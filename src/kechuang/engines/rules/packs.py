"""What a policy is: inputs, dated parameters, dated one-line rules, actions.

Read by ``kechuang.book.policies``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .language import Node
from .values import Number


@dataclass(frozen=True)
class Input:
    """A fact that rules need.

    ``low`` and ``high`` bound it (fen, shares, counts); a condition has none.
    """

    name: str
    unit: str
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    where: str = ""
    note: str = ""
    interval: bool = False


@dataclass(frozen=True)
class Tier:
    """One step: up to (or from) ``bound``, which belongs to it or not; ``bound`` None is the
    rest.
    """

    value: Number
    bound: Fraction | None = None
    includes: bool = True


@dataclass(frozen=True)
class Tiers:
    """A graded value. ``upward``: bounds are upper ones, ascending; else lower ones, descending."""

    steps: tuple[Tier, ...]
    upward: bool


Given = Number | Tiers | None | str  # None repealed, "未公布" not published
UNPUBLISHED = "未公布"


@dataclass(frozen=True)
class Parameter:
    """A dated number of the text with the clause that says it."""

    name: str
    unit: str
    by: str  # unit that tiers grade by, "" for plain values
    versions: tuple[tuple[date, Given], ...]
    clause: str
    source: str
    checked: bool
    note: str = ""
    about: str = ""
    known: Mapping[date, date] = field(
        default_factory=dict
    )  # in force from → known from, where that is later
    said: Mapping[date, tuple[str, str]] = field(
        default_factory=dict
    )  # in force from → clause and source of its own

    def says(self, since: date | None) -> tuple[str, str]:
        """Clause and source of the value that holds since a day."""
        return self.said.get(since or date.min, (self.clause, self.source))


@dataclass(frozen=True)
class Rule:
    """A dated one-line formula. A version of None is repealed."""

    name: str
    unit: str
    versions: tuple[tuple[date, str, Node | None], ...]
    clause: str
    source: str


@dataclass(frozen=True)
class Action:
    """What a firm could do: ``effects`` add to inputs for each step of ``step``, at most
    ``limit`` in all.
    """

    name: str
    effects: Mapping[str, Fraction]
    step: Fraction
    limit: Fraction
    unit: str
    cost: int | None  # fen per step
    lead_months: int
    about: str = ""


@dataclass(frozen=True)
class Relation:
    """Rows that belong to a subject, with their columns: an agency's contracts."""

    name: str
    columns: Mapping[str, Input]


@dataclass(frozen=True)
class Aggregate:
    """An input that is the sum of a column, or the number, of a relation's rows for which
    ``where`` holds.
    """

    input: str
    relation: str
    how: str  # 合计 or 计数
    column: str
    text: str
    where: Node


@dataclass(frozen=True)
class Case:
    """An example that is run as a test: inputs as written, results expected."""

    about: str
    day: date
    given: Mapping[str, object]
    expected: Mapping[str, object]
    line: int


@dataclass(frozen=True)
class Policy:
    """One document in force from a day to a day."""

    id: str
    title: str
    title_en: str
    numbers: tuple[str, ...]
    issuer: str
    issued: date | None
    start: date
    end: date | None
    sources: tuple[str, ...]
    about: str
    subject: str
    results: tuple[str, ...]
    inputs: Mapping[str, Input]
    parameters: Mapping[str, Parameter]
    rules: Mapping[str, Rule]
    actions: Mapping[str, Action]
    cases: tuple[Case, ...]
    book: str = ""
    note: str = ""
    replaces: tuple[str, ...] = ()
    relations: Mapping[str, Relation] = field(default_factory=dict)
    aggregates: Mapping[str, Aggregate] = field(default_factory=dict)
    end_exact: bool = True  # False: it ended on ``end`` at the latest; the day itself is not known
    followed_by: str = ""  # what replaced it, where that is no policy of the books

    def ended(self, day: date) -> bool:
        """Whether its last day has passed."""
        return self.end is not None and self.end < day

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.start <= day and not self.ended(day)

    def follows(self, other: "Policy") -> bool:
        """Whether it took the place of one that ended: it names that one's number, or is named by
        it.
        """
        named = set(self.replaces) & set(other.numbers)
        return self.apart(other) and bool(
            named or any(n in other.followed_by for n in self.numbers)
        )

    def apart(self, other: "Policy") -> bool:
        """Whether they are never in force on one day: a text and the one that replaced it."""
        return self.ended(other.start) or other.ended(self.start)

    @property
    def known(self) -> date:
        """The day from which anybody could know it: its publication, else its first day."""
        return self.issued or self.start


@dataclass(frozen=True)
class Overlay:
    """A reform: parameters said otherwise from a day on. Nothing of the books changes."""

    values: Mapping[str, tuple[date, Given]] = field(default_factory=dict)
    title: str = ""
