"""The shape of the files of a book, except those of the law: which keys there are, and what
stands under them.

The JSON schemas in docs/schemas are made from these models (`kechuang book schemas`), so that an
editor completes and checks while one types. Whether a value fits the others is the readers' to
say.
"""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from .kinds import Day, Exact, Shape, Text, Texts, Whole, as_text, entry_or_plain

MonthDay = Annotated[
    str,
    Field(pattern=r"^((0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?$", description="月-日，如 09-30"),
    as_text,
]


class BookFile(Shape):
    """Which book this is, and which one it builds on."""

    id: Text = Field(description="与文件夹同名")
    title: Text
    title_en: Text
    extends: Text = Field("", description="下面一本书的文件夹名")
    place: Text = Field("", description="places.yaml 里的 id")


class Period(Shape):
    """From a day to a day."""

    start: Day = Field(alias="from")
    to: Day


class Group(Shape):
    """A group of targets."""

    id: Text
    title: Text
    title_en: Text


class Mark(Shape):
    """A value on a day."""

    day: Day
    value: Exact
    source: Text = ""


class Target(Shape):
    """A figure to be reached, or why none was printed."""

    number: Whole = Field(description="印在文件里的序号")
    id: Text
    group: Text = Field(description="groups 里的 id")
    title: Text
    title_en: Text
    indicator: Text = Field(description="indicators.yaml 里的 id")
    printed: Text = Field("", description="原文怎么写")
    bound: Literal[">=", ">", "<=", "<", "about", "hold", "relative", "none"] = "none"
    value: Exact | None = None
    absence: Literal["", "no_number", "unknown", "masked"] = Field(
        "", description="没有 value 时写明为什么"
    )
    by: Day
    source: Text = Field(description="sources.yaml 里的代号")
    status: Text = ""
    parent: Text = Field("", description="上级计划里的目标 id")
    note: Text = ""
    tasks: tuple[Whole, ...] = Field((), description="支撑它的任务编号")
    clause: Text = ""
    scope: Text = ""
    kind: Literal["", "level", "flow", "share", "events", "sum", "ratio", "stock"] = ""
    direction: Literal["up", "down"] = "up"
    baseline: Mark | None = None
    marks: tuple[Mark, ...] = Field((), description="中间年份的目标")
    reports: Text = Field("", description="填报单位")
    confirms: Text = Field("", description="核定单位")


class Milestone(Shape):
    """What a task is to have reached by a day."""

    title: Text
    due: Day
    after: Texts = Field((), description="先要完成的节点的名称")


class Task(Shape):
    """A piece of work."""

    number: Whole = Field(description="全计划从 1 连续编号")
    id: Text
    title: Text
    title_en: Text
    content: Text = ""
    lead: Text = Field("", description="牵头单位")
    cooperating: Texts = Field((), alias="with", description="配合单位")
    basis: Literal["named", "typical"] = Field(description="named 文件点名；typical 按职能推断")
    records: Text = ""
    source: Text
    clause: Text = ""
    milestones: tuple[Milestone, ...] = ()
    after: tuple[Whole, ...] = Field((), description="先要完成的任务编号")


class Area(Shape):
    """A chapter of tasks."""

    number: Whole
    title: Text
    title_en: Text
    tasks: tuple[Task, ...] = ()


class Safeguard(Shape):
    """A measure that holds the plan up."""

    title: Text = ""
    content: Text = ""


class PlanFile(Shape):
    """Targets and tasks of one document for one period."""

    id: Text
    title: Text
    title_en: Text
    number: Text = Field("", description="文号")
    period: Period
    sources: Texts = ()
    parent: Text = Field("", description="上级计划的 id")
    succeeds: Text = Field("", description="它接替的计划的 id")
    place: Text = ""
    groups: tuple[Group, ...] = ()
    targets: tuple[Target, ...] = ()
    areas: tuple[Area, ...] = ()
    safeguards: tuple[
        Annotated[
            Annotated[Safeguard, Tag("<entry>")] | Annotated[Text, Tag("<plain>")],
            Discriminator(entry_or_plain),
        ],
        ...,
    ] = ()


class Indicator(Shape):
    """What is measured."""

    id: Text
    title: Text
    title_en: Text
    unit: Text
    kind: Literal["ratio", "stock", "flow", "events"]
    definition: Text
    definition_en: Text = ""
    producer: Text = ""
    rhythm: Text = ""
    how: Literal["", "computed", "quoted", "both"] = Field(
        "", description="由登记记录算出、只能引用，或两者并列"
    )
    source: Text
    measure: Text = Field("", description="能从登记记录算出时，算法的名称")
    aliases: Texts = Field((), description="通报里的其他写法")


class IndicatorsFile(Shape):
    """indicators.yaml."""

    indicators: tuple[Indicator, ...] = ()


class Source(Shape):
    """Where a figure or sentence comes from."""

    title: Text
    issuer: Text = ""
    dated: Text = Field("", alias="date")
    url: Text = ""
    status: Literal["official", "copy", "news", "aggregator"]
    checked_on: Day = Field(description="哪天核对的")
    note: Text = ""


class SourcesFile(Shape):
    """sources.yaml: documents by their code."""

    sources: dict[str, Source] = {}


class Figure(Shape):
    """A published figure, as printed."""

    indicator: Text
    place: Text
    value: Exact
    period: Text
    as_of: Day | None = None
    basis: Text = Field(description="official、copy、news、derived")
    source: Text
    note: Text = ""


class FiguresFile(Shape):
    """figures.yaml."""

    figures: tuple[Figure, ...] = ()


class Place(Shape):
    """A district, a town, a park."""

    id: Text
    name: Text
    name_en: Text = ""
    kind: Text
    code: Text = ""
    parent: Text = ""
    source: Text = ""
    note: Text = ""


class PlacesFile(Shape):
    """places.yaml."""

    places: tuple[Place, ...] = ()


class Body(Shape):
    """An organisation, platform or fund that the plan names."""

    id: Text
    name: Text
    name_en: Text = ""
    kind: Text
    known: Literal["known", "unknown"] = Field(description="unknown：只在计划里出现，其他查不到")
    facts: Text = ""
    sources: Texts = ()


class BodiesFile(Shape):
    """bodies.yaml."""

    bodies: tuple[Body, ...] = ()


class TechArea(Shape):
    """A high-tech area."""

    id: Text
    name: Text
    name_en: Text


class FieldsFile(Shape):
    """fields.yaml: areas, and which discipline belongs to which."""

    areas: tuple[TechArea, ...] = ()
    disciplines: dict[str, Text | None] = {}


class ForeignForm(Shape):
    """A form that people have and no register takes in."""

    title: Text
    marks: Texts = Field(description="表里的栏目或标题词")
    least: Whole = Field(2, description="出现几个才算认出")
    instead: Text = Field(description="这张表怎么办")


class FormsFile(Shape):
    """forms.yaml: what is told of a sheet that cannot be read and is one of these."""

    forms: tuple[ForeignForm, ...] = ()


class RungName(Shape):
    """A name of a rung from a day on."""

    start: Day = Field(alias="from")
    name: Text
    name_en: Text


class Rung(Shape):
    """A step of the ladder of firms."""

    id: Text
    order: Whole
    names: Annotated[tuple[RungName, ...], Field(min_length=1)]
    aliases: Texts = ()
    counts: Literal["flow", "stock"] = Field(description="flow 当年认定数；stock 当日有效数")
    counts_in: Text = Field("", description="官方并入哪一级统计")
    rule: Text = Field("", description="判断达标的政策规则")
    months: Whole | None = Field(None, description="有效月数；没有规定的不写")
    recognised_by: Literal["state", "city", "district"]
    update_by: MonthDay = ""
    source: Text
    note: Text = ""


class LadderFile(Shape):
    """ladder.yaml."""

    rungs: tuple[Rung, ...] = ()


class CalendarFile(Shape):
    """calendar.yaml: holidays as days or {from, to}, worked weekends as days."""

    known_until: Day | None = None
    holidays: tuple[
        Annotated[
            Annotated[Period, Tag("<entry>")] | Annotated[Day, Tag("<plain>")],
            Discriminator(entry_or_plain),
        ],
        ...,
    ] = ()
    worked: tuple[Day, ...] = ()
    sources: Texts = ()


class MarketFile(Shape):
    """market.yaml: days of reminders and closing."""

    remind_after_days: tuple[Whole, ...]
    close_after_days: Whole
    ask_outcome_after_days: Whole
    longest_persons: Whole


class SupervisionFile(Shape):
    """supervision.yaml; what it does not say stays as in the book below."""

    ask_on: Whole | None = Field(None, description="每月几日催报")
    answer_within: Whole | None = Field(None, description="几个工作日内填报")
    remind_after: tuple[Whole, ...] | None = None
    escalate_after: tuple[Whole, ...] | None = None
    coordinator: Text | None = None
    at_risk_points: Whole | None = None
    behind_points: Whole | None = None
    stale_days: Whole | None = None
    enough_percent: Whole | None = Field(
        None, description="记录至少占公布数的百分之几，才按记录判断", le=100
    )
    source: Text | None = None
