"""The figures that others publish and that bodies report, declared once."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kechuang.district.accounts.roles import is_staff
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.checks import in_order, not_in_future
from kechuang.district.core.registers import ALL, REGISTERS, Listed, Register, SheetRules, Values
from kechuang.district.core.search import facets_of, text_of
from kechuang.district.core.workflow import step
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.numbers import parse_decimal
from kechuang.engines.base.periods import period_end
from kechuang.engines.base.sayings import Said
from kechuang.engines.planning import kept, printed, ratio, suspicious
from kechuang.engines.search import EVERYBODY, Face

from . import permissions as may
from . import queries
from .models import Bulletin, Completeness, ReportedFigure

_WHOLE = 100  # %


_OPEN = {"bulletin": "recorded", "completeness": "stated"}  # the state in which it is everybody's


def _faces(thing: Any) -> list[Face]:
    """Under what its indicator is called."""
    register = next(r for r in REGISTERS.values() if r.model is type(thing))
    keys = frozenset({"system", *(f"role:{r}" for r in queries.SEES_RETURNS)})
    if _OPEN.get(type(thing).__name__.lower()) == thing.state:
        keys = frozenset({EVERYBODY})
    indicator = current_book().indicators.get(thing.indicator)
    called = (indicator.title, *indicator.aliases) if indicator else ()
    text = replace(text_of(register, thing), keywords=called)
    return [Face(keys, text, facets_of(register, thing))]


def _unit(thing: Bulletin | ReportedFigure) -> str:
    found = current_book().indicators.get(thing.indicator)
    return found.unit if found else ""


def _plain(thing: Bulletin | ReportedFigure) -> None:
    """A value as exact digits in the indicator's unit; what cannot be read stays, to be refused.

    A layout of an older law gives the indicator's title where today's gives its id.
    """
    for found in current_book().indicators.values():
        if thing.indicator in (found.title, *found.aliases):
            thing.indicator = found.id
    with suppress(Invalid):
        thing.value = printed(thing.value or "", _unit(thing))


def _of_the_book(register: Register[Any], thing: Any, day: date) -> Iterable[Invalid]:
    """The indicator is one that the book in force knows."""
    if thing.indicator and thing.indicator not in current_book().indicators:
        yield Invalid("figure.indicator_unknown", "indicator", words=thing.indicator)


def _far(day: date, value: str, before: Iterable[tuple[date, str]]) -> Iterable[Invalid]:
    """A value far from the last one before its day."""
    earlier = [(on, last) for on, last in before if on < day]
    last = max(earlier, default=None)
    with suppress(InvalidOperation):
        then = kept(last[1]) if last else None
        if then is not None and (asked := suspicious(Decimal(value), then)):
            yield Invalid(asked, "value")


def _share(
    register: Register[Any], thing: Bulletin | ReportedFigure, day: date, beside: Sequence[Any]
) -> Iterable[Invalid]:
    """A share of more than the whole; growth may be."""
    with suppress(InvalidOperation):
        if _unit(thing) == "%" and abs(Decimal(thing.value)) > _WHOLE:
            yield Invalid("figure.above_whole", "value", value=thing.value)


def _readable(register: Register[Any], thing: Any, day: date) -> Iterable[Invalid]:
    try:
        found = printed(thing.value or "", _unit(thing))
    except Invalid as e:
        yield e
    else:
        if not found:
            yield Invalid("bulletin.no_value", "value")


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
    yield from _far(thing.as_of, thing.value, [*stored, *near])


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
    faces=_faces,
    listed=Listed(
        columns=("indicator", "place", "as_of", "value", "counting", "source"),
        filters=("indicator", "as_of"),
        find=queries.finder("place", "source"),
        hint="指标、地区或来源",
        order="-as_of",
        minor=("counting", "source"),
    ),
    key=("indicator", "place", "as_of"),
    checks=(_of_the_book, _readable, _once, not_in_future("as_of")),
    questions=(_far_from_the_last, _share),
    derive=_plain,
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


def _parts(thing: ReportedFigure) -> tuple[Decimal | None, Decimal | None]:
    return (
        parse_decimal(thing.numerator or "", "numerator"),
        parse_decimal(thing.denominator or "", "denominator"),
    )


def _reckoned(thing: ReportedFigure) -> None:
    """The day that the period ends on; a ratio from its two parts."""
    _plain(thing)
    with suppress(Invalid):
        thing.as_of = period_end(thing.period or "")
    with suppress(Invalid):
        above, below = _parts(thing)
        if above is not None and below is not None:
            whole = ratio(above, below).percent
            if _says(thing, whole):
                thing.value = format(whole, "f")
            thing.numerator, thing.denominator = format(above, "f"), format(below, "f")


def _says(thing: ReportedFigure, whole: Decimal) -> bool:
    """Whether a value says the share of its parts: left blank, left as it was kept before, or the
    share itself, rounded as somebody wrote it.
    """
    if not thing.value or thing.value == queries.figure_kept(thing.pk):
        return True
    with suppress(InvalidOperation):
        typed = Decimal(thing.value)
        return whole.quantize(typed) == typed
    return False


def _of_a_period(register: Register[Any], thing: ReportedFigure, day: date) -> Iterable[Invalid]:
    try:
        period_end(thing.period or "")
    except Invalid as e:
        yield e


def _sound(register: Register[Any], thing: ReportedFigure, day: date) -> Iterable[Invalid]:
    """Both parts of a ratio or none; then a value."""
    try:
        above, below = _parts(thing)
        if above is not None and below is not None:
            whole = ratio(above, below).percent
            if not _says(thing, whole):
                share = format(whole, "f")
                yield Invalid("figure.value_and_parts", "value", value=thing.value, share=share)
            return
    except Invalid as e:
        yield e
        return
    if (above is None) != (below is None):
        yield Invalid("figure.both_parts", "denominator")
    elif not thing.value:
        yield Invalid("figure.value_missing", "value")
    else:
        yield from _readable(register, thing, day)


def _jump(
    register: Register[Any], thing: ReportedFigure, day: date, beside: Sequence[ReportedFigure]
) -> Iterable[Invalid]:
    last = queries.last_figure(thing.indicator, thing.place, thing.as_of)
    near = [
        (f.as_of, f.value)
        for f in beside
        if (f.indicator, f.place) == (thing.indicator, thing.place)
    ]
    stored = [(last.as_of, last.value)] if last else []
    yield from _far(thing.as_of, thing.value, [*stored, *near])


def _one_stands(register: Register[Any], thing: ReportedFigure, day: date) -> Iterable[Invalid]:
    """One figure of an indicator, place and period that is not withdrawn."""
    if queries.figure_beside(thing.indicator, thing.place, thing.period, thing.pk):
        yield Invalid("figure.known", "period")


def _begun(thing: ReportedFigure, actor: Actor, at: datetime) -> None:
    thing.reported_by, thing.reporter, thing.written_by = actor.id, actor.label[:160], [actor.id]


def _rewritten(thing: ReportedFigure, actor: Actor, at: datetime) -> Values:
    return {"written_by": sorted({*thing.written_by, actor.id})}


FIGURES = Register(
    name="plan.figure",
    model=ReportedFigure,
    title="填报的指标数",
    layout="figures",
    slug="figures",
    states={
        "returned": "退回",
        "reported": "待确认",
        "confirmed": "已确认",
        "withdrawn": "已撤回",
    },
    steps=(
        step("report_figure", "填报", "", "reported", may.can_report_figure, asks=ALL),
        step(
            "revise_figure",
            "修改",
            "reported returned",
            "reported",
            may.can_report_figure,
            asks=ALL,
        ),
        step("confirm_figure", "确认", "reported", "confirmed", may.can_confirm_figure),
        step(
            "return_figure", "退回", "reported", "returned", may.can_confirm_figure, needs_why=True
        ),
        step(
            "withdraw_figure",
            "撤回",
            "reported confirmed returned",
            "withdrawn",
            may.can_report_figure,
            needs_why=True,
        ),
    ),
    visible=queries.figures_kept_for,
    faces=_faces,
    listed=Listed(
        columns=("indicator", "place", "period", "value"),
        filters=("indicator",),
        find=queries.finder("place", "reporter"),
        hint="指标、地区或填报单位",
        order="-as_of",
        minor=("place",),
    ),
    key=("indicator", "place", "period"),
    checks=(_of_the_book, _of_a_period, _sound, _one_stands),
    questions=(_jump, _share),
    files={"evidence": "佐证文件"},
    derive=_reckoned,
    born=_begun,
    stamps={"revise_figure": _rewritten},
    facts=("indicator", "place", "period", "value"),
    sheet=SheetRules(
        permission=may.can_report_figure,
        create=lambda values, options: "report_figure",
        update=lambda thing, actor: (
            "revise_figure" if thing.state in ("reported", "returned") else ""
        ),
        undo="withdraw_figure",
        gone=("withdrawn",),
    ),
    inside=lambda actor, thing: is_staff(actor),
    menu=("officer", "approver", "auditor"),
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
    faces=_faces,
    listed=Listed(
        columns=("indicator", "since", "until", "basis"),
        filters=("indicator",),
        find=queries.finder("basis"),
        hint="指标或凭什么知道",
        order="-since",
        minor=("basis",),
    ),
    key=("indicator", "since"),
    checks=(_of_the_book, not_in_future("since", "until"), in_order("since", "until")),
    born=_stated,
    facts=("indicator", "since", "until"),
    inside=lambda actor, thing: is_staff(actor),
    public=True,
)
