"""What a simulated district consists of: rows of plain data, money in fen, days as days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a district lies: the names of places are the book's, nothing else is.

    Args:
        place: Its own name.
        towns: Its towns.
        parks: Its parks.
        neighbours: The districts that bulletins name beside it, and the city's name last.
    """

    place: str
    towns: tuple[str, ...]
    parks: tuple[str, ...]
    neighbours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation: ``kind`` as accounts call it; ``topic`` numbers its trade."""

    code: str
    name: str
    kind: str
    topic: int
    former_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise: ``rank`` orders firms by how early they climb the ladder, from 0."""

    party: Party
    rank: int
    town: str
    park: str
    industry: str
    founded_on: date
    staff: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """A rung that a firm stands on from a day on; without an end it goes on."""

    code: str
    rung: str
    number: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Year:
    """A firm's yearly return: facts as people write them; ``state`` as the register calls it."""

    code: str
    year: int
    facts: Mapping[str, str]
    state: str
    handed_in: date


@dataclass(frozen=True, slots=True)
class Offer:
    """An achievement. ``topic``, ``thing`` and ``fault`` say what it is about, as numbers."""

    number: str
    title: str
    summary: str
    keywords: tuple[str, ...]
    field: str
    trl: int
    modes: tuple[str, ...]
    price_fen: int | None
    owner: str
    people: tuple[str, ...]
    patents: tuple[str, ...]
    day: date
    state: str
    topic: int
    thing: int
    fault: int


@dataclass(frozen=True, slots=True)
class Want:
    """A demand; ``answers`` are the numbers of the achievements that truly answer it."""

    number: str
    title: str
    problem: str
    wanted: str
    tried: str
    keywords: tuple[str, ...]
    field: str
    trl: int
    modes: tuple[str, ...]
    budget_fen: int | None
    due_on: date
    confidentiality: str
    owner: str
    day: date
    state: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deal:
    """A technology contract; without number and day of registration it waits for them."""

    number: str
    name: str
    kind: str
    seller: str
    buyer: str
    amount_fen: int
    technology_fen: int
    signed_on: date
    registered_on: date | None


@dataclass(frozen=True, slots=True)
class Approval:
    """A platform, facility, special project or science park."""

    kind: str
    level: str
    name: str
    operator: str
    number: str
    approved_on: date


@dataclass(frozen=True, slots=True)
class Notice:
    """A figure of the city's bulletin: the year's so far, of one place."""

    indicator: str
    place: str
    as_of: date
    value: int
    counting: str
    source: str


@dataclass(frozen=True, slots=True)
class Report:
    """A figure that a body reports for a year; a share has its two parts."""

    indicator: str
    year: int
    value: str
    numerator: str
    denominator: str
