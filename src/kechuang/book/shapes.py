"""The shape of every file of a book: which keys there are, and what stands under them.

A misspelt key is an error.

The JSON schemas in docs/schemas are made from these models (`kechuang book schemas`), so that an
editor completes and
checks while one types. What a value means, and whether it fits the others, is the readers' to say.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Word = str | int | float | bool | date | None
Words = list[Word] | Word


class Shape(BaseModel):
    """A mapping with these keys and no others."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, populate_by_name=True)


class BookFile(Shape):
    id: Word = None
    title: Word = None
    title_en: Word = None
    extends: Word = None
    place: Word = None


class Period(Shape):
    start: Word = Field(None, alias="from")
    to: Word = None


class Group(Shape):
    id: Word = None
    title: Word = None
    title_en: Word = None


class Mark(Shape):
    day: Word = None
    value: Word = None
    source: Word = None


class Target(Shape):
    number: Word = None
    id: Word = None
    group: Word = None
    title: Word = None
    title_en: Word = None
    indicator: Word = None
    printed: Word = None
    bound: Word = None
    value: Word = None
    absence: Word = None
    by: Word = None
    source: Word = None
    status: Word = None
    parent: Word = None
    note: Word = None
    tasks: Words = None
    clause: Word = None
    scope: Word = None
    kind: Word = None
    direction: Word = None
    baseline: Mark | Word = None
    marks: list[Mark] | Word = None
    reports: Word = None
    confirms: Word = None


class Milestone(Shape):
    title: Word = None
    due: Word = None
    after: Words = None


class Task(Shape):
    number: Word = None
    id: Word = None
    title: Word = None
    title_en: Word = None
    content: Word = None
    lead: Word = None
    cooperating: Words = Field(None, alias="with")
    basis: Word = None
    records: Word = None
    source: Word = None
    clause: Word = None
    milestones: list[Milestone] | Word = None
    after: Words = None


class Area(Shape):
    number: Word = None
    title: Word = None
    title_en: Word = None
    tasks: list[Task] | Word = None


class Safeguard(Shape):
    title: Word = None
    content: Word = None


class PlanFile(Shape):
    id: Word = None
    title: Word = None
    title_en: Word = None
    number: Word = None
    period: Period | Word = None
    sources: Words = None
    parent: Word = None
    succeeds: Word = None
    place: Word = None
    groups: list[Group] | Word = None
    targets: list[Target] | Word = None
    areas: list[Area] | Word = None
    safeguards: list[Safeguard | Word] | Word = None


class Indicator(Shape):
    id: Word = None
    title: Word = None
    title_en: Word = None
    unit: Word = None
    kind: Word = None
    definition: Word = None
    definition_en: Word = None
    producer: Word = None
    rhythm: Word = None
    how: Word = None
    source: Word = None
    measure: Word = None


class IndicatorsFile(Shape):
    indicators: list[Indicator] | Word = None


class Source(Shape):
    title: Word = None
    issuer: Word = None
    dated: Word = Field(None, alias="date")
    url: Word = None
    status: Word = None
    checked_on: Word = None
    note: Word = None


class SourcesFile(Shape):
    sources: dict[str, Source | Word] | Word = None


class Figure(Shape):
    indicator: Word = None
    place: Word = None
    value: Word = None
    period: Word = None
    as_of: Word = None
    basis: Word = None
    source: Word = None
    note: Word = None


class FiguresFile(Shape):
    figures: list[Figure] | Word = None


class Place(Shape):
    id: Word = None
    name: Word = None
    name_en: Word = None
    kind: Word = None
    code: Word = None
    parent: Word = None
    source: Word = None
    note: Word = None


class PlacesFile(Shape):
    places: list[Place] | Word = None


class Body(Shape):
    id: Word = None
    name: Word = None
    name_en: Word = None
    kind: Word = None
    known: Word = None
    facts: Word = None
    sources: Words = None


class BodiesFile(Shape):
    bodies: list[Body] | Word = None


class TechArea(Shape):
    id: Word = None
    name: Word = None
    name_en: Word = None


class FieldsFile(Shape):
    areas: list[TechArea] | Word = None
    disciplines: dict[str, Word] | Word = None


class RungName(Shape):
    start: Word = Field(None, alias="from")
    name: Word = None
    name_en: Word = None


class Rung(Shape):
    id: Word = None
    order: Word = None
    names: list[RungName] | Word = None
    aliases: Words = None
    counts: Word = None
    counts_in: Word = None
    rule: Word = None
    months: Word = None
    recognised_by: Word = None
    update_by: Word = None
    source: Word = None
    note: Word = None


class LadderFile(Shape):
    rungs: list[Rung] | Word = None


class Days(Shape):
    start: Word = Field(None, alias="from")
    to: Word = None


class CalendarFile(Shape):
    known_until: Word = None
    holidays: list[Days] | Word = None
    worked: Words = None
    sources: Words = None


class MarketFile(Shape):
    remind_after_days: Words = None
    close_after_days: Word = None
    ask_outcome_after_days: Word = None
    longest_persons: Word = None


class SupervisionFile(Shape):
    ask_on: Word = None
    answer_within: Word = None
    remind_after: Words = None
    escalate_after: Words = None
    coordinator: Word = None
    at_risk_points: Word = None
    behind_points: Word = None
    stale_days: Word = None
    source: Word = None


class Column(Shape):
    field: Word = None
    heading: Word = None
    kind: Word = None
    aliases: Words = None
    longest: Word = None
    width: Word = None
    required: Word = None
    unit: Word = None
    choices: dict[str, Word] | Word = None


class LayoutFile(Shape):
    kind: Word = None
    title: Word = None
    key: Words = None
    columns: list[Column] | Word = None


class ReturnColumn(Shape):
    heading: Word = None
    field: Word = None


class ReturnFile(Shape):
    id: Word = None
    title: Word = None
    receiver: Word = None
    kind: Word = None
    rows: Word = None
    head: dict[str, Word] | Words = None
    first_row: Word = None
    columns: list[ReturnColumn] | Word = None
    line: Word = None
    foot: Words = None
    checked_against: Any = None


class RegisterField(Shape):
    """A field of a register that the book declares."""

    field: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,38}$")]
    heading: str
    heading_en: str = ""
    kind: Literal["text", "long", "day", "choice", "number", "fen", "organisation", "words"]
    unit: str = ""
    required: bool = False
    longest: int = 0
    width: int = 16
    aliases: list[str] = []
    choices: dict[str, str] = {}


class RegisterFile(Shape):
    """A register that a book declares, without a line of Python. See docs/howto/register.md."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,30}$")]
    title: str
    title_en: str = ""
    life: Literal["kept", "recognised", "pipeline"]
    stages: dict[str, str] = {}
    key: list[str] = []
    name: str
    columns: list[str] = []
    filters: list[str] = []
    sees: Literal["everybody", "staff"] = "staff"
    writes: list[Literal["officer", "broker", "enterprise", "researcher", "approver"]] = ["officer"]
    counts_for: str = ""
    counts_on: str = ""
    source: str = ""
    fields: list[RegisterField]


FILES: dict[str, type[Shape]] = {
    "book.yaml": BookFile,
    "plan.yaml": PlanFile,
    "plans/*.yaml": PlanFile,
    "indicators.yaml": IndicatorsFile,
    "sources.yaml": SourcesFile,
    "figures.yaml": FiguresFile,
    "places.yaml": PlacesFile,
    "bodies.yaml": BodiesFile,
    "fields.yaml": FieldsFile,
    "ladder.yaml": LadderFile,
    "calendar.yaml": CalendarFile,
    "market.yaml": MarketFile,
    "supervision.yaml": SupervisionFile,
    "layouts/*.yaml": LayoutFile,
    "returns/*.yaml": ReturnFile,
    "registers/*.yaml": RegisterFile,
}
