"""The shape of the files of the law: policies with their parameters, rules and examples, what
firms report each year, and a proposed change.

Their keys are Chinese, as the law is.
"""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, RootModel, Tag

from .kinds import (
    Amount,
    Cell,
    Day,
    DayKey,
    Exact,
    Name,
    Published,
    Shape,
    Span,
    Text,
    Texts,
    Unit,
    Whole,
    Yes,
    entry_or_plain,
    sort_of,
    span_or_plain,
)


class InputEntry(Shape):
    """A fact that rules need, with its unit and the range in which it lies."""

    unit: Unit = Field(alias="单位")
    span: Span | None = Field(None, alias="范围", description="如 [0元, 1000亿元]；是否 不写")
    interval: Yes = Field(False, alias="区间", description="可填一个区间")
    where: Text = Field("", alias="来源")
    note: Text = Field("", alias="说明")


class Force(Shape):
    """From which day to which day a policy holds."""

    start: Day = Field(alias="自")
    end: Day | None = Field(None, alias="至", description="最后一天；还在施行的写 null")
    at_latest: Day | None = Field(
        None, alias="至迟", description="已经结束而最后一天未见的，写最迟到哪一天"
    )
    followed_by: Text = Field(
        "", alias="接替", description="为什么结束、由什么接替；接替它的已在本书的，那份写 替代"
    )


class ActionEntry(Shape):
    """What a firm could do, and what each step of it does."""

    about: Text = Field("", alias="说明")
    effects: dict[str, Exact] = Field(alias="作用", description="输入: 每步的增量", min_length=1)
    step: Amount = Field(alias="步长")
    limit: Amount = Field(alias="上限")
    cost: Amount | None = Field(None, alias="成本")
    lead: Amount | None = Field(None, alias="提前", description="如 12个月")


class RelationEntry(Shape):
    """Rows that belong to a subject."""

    columns: dict[Name, InputEntry] = Field({}, alias="列")


class AggregateEntry(Shape):
    """An input that is summed from a relation."""

    relation: Text = Field(alias="关系")
    how: Literal["合计", "计数"] = Field(alias="取")
    column: Text = Field("", alias="列")
    where: Text = Field(alias="其中", description="公式：哪些行算在内")


class PolicyFile(Shape):
    """policies/*/policy.yaml: what the document is, what it needs and what it decides."""

    title: Text = Field(alias="名称")
    title_en: Text = Field(alias="英文")
    numbers: Texts = Field((), alias="文号")
    issuer: Text = Field(alias="发布机关")
    issued: Day | None = Field(None, alias="发布日期")
    force: Force = Field(alias="施行")
    replaces: Texts = Field((), alias="替代")
    sources: Texts = Field((), alias="来源")
    subject: Text = Field(alias="对象")
    results: Texts = Field((), alias="结论", description="rules.yaml 里的规则")
    about: Text = Field("", alias="适用日")
    note: Text = Field("", alias="说明")
    inputs: dict[Name, InputEntry] = Field({}, alias="输入")
    actions: dict[Name, ActionEntry] = Field({}, alias="措施")
    relations: dict[Name, RelationEntry] = Field({}, alias="关系")
    aggregates: dict[Name, AggregateEntry] = Field({}, alias="汇总")


Measure = Annotated[
    Annotated[Amount, Tag("<plain>")] | Annotated[Span, Tag("<span>")],
    Discriminator(span_or_plain),
]


class TierEntry(Shape):
    """One step of a graded value."""

    upto: Amount | None = Field(None, alias="至")
    above: Amount | None = Field(None, alias="自")
    included: Yes | None = Field(None, alias="含", description="界本身算不算在这一档")
    value: Measure | None = Field(None, alias="值")
    rest: Measure | None = Field(None, alias="其余")


class TierList(RootModel[Annotated[tuple[TierEntry, ...], Field(min_length=1)]]):
    """A graded value, step by step."""


Plain = Annotated[
    Annotated[Published, Tag("<plain>")]
    | Annotated[Span, Tag("<span>")]
    | Annotated[TierList, Tag("<tiers>")],
    Discriminator(sort_of),
]


class Version(Shape):
    """A value with its own clause and document, or known later than in force."""

    value: Plain | None = Field(None, alias="值")
    clause: Text = Field("", alias="依据")
    source: Text = Field("", alias="来源")
    known: Day | None = Field(None, alias="知悉")


Given = Annotated[
    Annotated[Published, Tag("<plain>")]
    | Annotated[Span, Tag("<span>")]
    | Annotated[TierList, Tag("<tiers>")]
    | Annotated[Version, Tag("<entry>")],
    Discriminator(sort_of),
]
Dated = Annotated[dict[DayKey, Given | None], Field(alias="取值", min_length=1)]


class ParameterEntry(Shape):
    """A dated number of the text with the clause that says it."""

    about: Text = Field("", alias="说明")
    unit: Unit = Field(alias="单位")
    by: Unit | None = Field(None, alias="按", description="按什么单位分档")
    clause: Text = Field(alias="依据")
    source: Text = Field(alias="来源")
    checked_on: Day = Field(alias="核对日期")
    checked: Yes = Field(False, alias="核实")
    versions: Dated
    note: Text = Field("", alias="备注", description="没有核实的写明为什么")


class ParametersFile(RootModel[dict[Name, ParameterEntry]]):
    """policies/*/parameters.yaml."""


class RuleEntry(Shape):
    """A one-line formula, or one from each day on."""

    formula: Annotated[
        Annotated[dict[DayKey, Text | None], Tag("<entry>")] | Annotated[Text, Tag("<plain>")],
        Discriminator(entry_or_plain),
    ] = Field(alias="公式")
    unit: Unit = Field(alias="单位")
    clause: Text = Field(alias="依据")
    source: Text = Field(alias="来源")


class RulesFile(RootModel[dict[Name, RuleEntry]]):
    """policies/*/rules.yaml."""


class CaseEntry(Shape):
    """An example that is run as a test."""

    about: Text = Field(alias="说明")
    day: Day = Field(alias="日期")
    given: dict[str, Cell] = Field({}, alias="输入")
    expected: dict[str, Cell] = Field({}, alias="期望")


class CasesFile(RootModel[tuple[CaseEntry, ...]]):
    """policies/*/cases.yaml."""


class FactEntry(InputEntry):
    """A fact that a firm reports once a year."""

    title_en: Text = Field(alias="英文")
    group: Text = Field(alias="组")
    secret: Yes = Field(False, alias="保密")
    slow: Yes = Field(False, alias="沿用", description="用去年的预填")
    jump: Whole = Field(0, alias="突变", description="是去年的几倍时要问")
    aliases: Texts = Field((), alias="别名")


class AskEntry(Shape):
    """A question that is asked when the formula does not hold."""

    formula: Text = Field(alias="公式")
    question: Text = Field(alias="问")
    question_en: Text = Field(alias="英文")


class FeedEntry(Shape):
    """Where an input of the rules comes from."""

    fact: Text = Field("", alias="年报")
    back: Whole = Field(0, alias="往前")
    years: Whole = Field(1, alias="近")
    since: Literal["", "天", "个月"] = Field("", alias="成立")
    until: Literal["", "上年末"] = Field("", alias="至")
    same_year: Yes = Field(False, alias="成立当年")
    holds: Text = Field("", alias="持有")
    never: Text = Field("", alias="未曾")
    register_id: Text = Field("", alias="登记册")


class FirmFactsFile(Shape):
    """firm_facts.yaml."""

    facts: dict[str, FactEntry] = Field({}, alias="年报")
    asks: dict[str, AskEntry] = Field({}, alias="核对")
    feeds: dict[str, FeedEntry] = Field({}, alias="供给")


class ChangeEntry(Shape):
    """A parameter's proposed value from one day on."""

    versions: Annotated[dict[DayKey, Plain | None], Field(alias="取值", min_length=1, max_length=1)]


class ChangeFile(RootModel[dict[Name, ChangeEntry]]):
    """A proposed change of parameters."""
