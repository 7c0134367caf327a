"""The figures that others publish, and what a person says is complete, declared once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from kechuang.district.accounts.roles import is_staff
from kechuang.district.core.actor import Actor
from kechuang.district.core.checks import in_order, not_in_future
from kechuang.district.core.registers import ALL, Listed, Register, SheetRules, Values
from kechuang.district.core.workflow import step
from kechuang.district.plan import permissions as may
from kechuang.district.plan import queries
from kechuang.district.plan.models import Bulletin, Completeness
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said

from .shared import faces, far, of_the_book, plainly, readable, share


def _once(register: Register[Any], thing: Bulletin, day: date) -> Iterable[Invalid]:
    """One figure of an indicator, place and day: a second is a correction of the first."""
    if thing.pk is None and queries.bulletin_of(thing.indicator, thing.place, thing.as_of):
        yield Invalid("bulletin.known", "as_of")


def _reported(thing: Bulletin, actor: Actor, at: datetime) -> None:
    thing.reported_by = actor.label


def _with_its_unit(values: Values, options: Values, actor: Actor) -> Values:
    """A unit that stands in a column of its own belongs to the value."""
    value, unit = values.get("value"), values.get("unit")
    whole = f"{value}{unit}" if value and unit and str(value)[-1].isdigit() else value
    return {**values, "value": whole}


def _far_from_the_last(
    register: Register[Any], thing: Bulletin, day: date, beside: Sequence[Bulletin]
) -> Iterable[Invalid]:
    last = queries.bulletin_before(thing.indicator, thing.place, thing.counting, thing.as_of)
    near = [
        (b.as_of, b.value)
        for b in beside
        if (b.indicator, b.place, b.counting) == (thing.indicator, thing.place, thing.counting)
    ]
    stored = [(last.as_of, last.value)] if last else []
    yield from far(thing.as_of, thing.value, [*stored, *near])


def _corrects(thing: Bulletin, values: Values, known: Bulletin | None) -> Iterable[Said]:
    if known and (known.value, known.source) != (thing.value, thing.source):
        yield Said("import.note.bulletin_corrects", value=known.value, source=known.source)


BULLETINS = Register(
    name="plan.bulletin",
    model=Bulletin,
    title="月度通报",
    layout="bulletins",
    slug="bulletins",
    states={"recorded": "有效", "withdrawn": "已撤回"},
    steps=(
        step("report", "录入通报数", "", "recorded", may.can_report, asks=ALL),
        step(
            "restate",
            "更正",
            "recorded",
            "",
            may.can_report,
            needs_why=True,
            asks=("value", "counting", "source"),
        ),
        step("withdraw", "撤回", "recorded", "withdrawn", may.can_report, needs_why=True),
    ),
    visible=queries.bulletins_kept_for,
    faces=faces,
    listed=Listed(
        columns=("indicator", "place", "as_of", "value", "counting", "source"),
        filters=("indicator", "as_of"),
        find=queries.finder("place", "source"),
        hint="指标、地区或来源",
        order="-as_of",
        minor=("counting", "source"),
    ),
    key=("indicator", "place", "as_of"),
    checks=(of_the_book, readable, _once, not_in_future("as_of")),
    questions=(_far_from_the_last, share),
    derive=plainly,
    born=_reported,
    facts=("indicator", "place", "as_of", "value", "source"),
    sheet=SheetRules(
        permission=may.can_report,
        create=lambda values, options: "report",
        update=lambda thing, actor: "restate" if thing.state == "recorded" else "",
        undo="withdraw",
        gone=("withdrawn",),
        defaults=_with_its_unit,
        remarks=_corrects,
    ),
    inside=lambda actor, thing: is_staff(actor),
    public=True,
)


def _stated(thing: Completeness, actor: Actor, at: datetime) -> None:
    thing.stated_by = actor.label[:160]


COMPLETENESS = Register(
    name="plan.completeness",
    model=Completeness,
    title="登记完整性说明",
    layout="completeness",
    slug="completeness",
    states={"stated": "有效", "withdrawn": "已撤回"},
    steps=(
        step("state_complete", "写明完整", "", "stated", may.can_state_completeness, asks=ALL),
        step(
            "correct_complete",
            "更正或写明到哪天为止",
            "stated",
            "",
            may.can_state_completeness,
            needs_why=True,
            asks=("until", "basis"),
        ),
        step(
            "withdraw_complete",
            "撤回",
            "stated",
            "withdrawn",
            may.can_state_completeness,
            needs_why=True,
        ),
    ),
    visible=queries.completeness_kept_for,
    faces=faces,
    listed=Listed(
        columns=("indicator", "since", "until", "basis"),
        filters=("indicator",),
        find=queries.finder("basis"),
        hint="指标或凭什么知道",
        order="-since",
        minor=("basis",),
    ),
    key=("indicator", "since"),
    checks=(of_the_book, not_in_future("since", "until"), in_order("since", "until")),
    born=_stated,
    facts=("indicator", "since", "until"),
    inside=lambda actor, thing: is_staff(actor),
    public=True,
)
