"""The figures that bodies report, declared once."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kechuang.district.accounts.roles import is_staff
from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import ALL, Listed, Register, SheetRules, Values
from kechuang.district.core.workflow import step
from kechuang.district.plan import permissions as may
from kechuang.district.plan import queries
from kechuang.district.plan.facts import counts_days, flow_of, flows, say_printed
from kechuang.district.plan.models import ReportedFigure
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.numbers import parse_decimal
from kechuang.engines.base.periods import period_end
from kechuang.engines.planning import other_meaning, ratio

from .shared import faces, far, of_the_book, plainly, readable, share


def _parts(thing: ReportedFigure) -> tuple[Decimal | None, Decimal | None]:
    return (
        parse_decimal(thing.numerator or "", "numerator"),
        parse_decimal(thing.denominator or "", "denominator"),
    )


def _reckoned(thing: ReportedFigure) -> None:
    """The day that the period ends on; a ratio from its two parts; what can be read in one way only
    says nothing of how it counts.
    """
    plainly(thing)
    say_printed(thing)
    if counts_days(thing) is None:
        thing.counting = ""
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
        yield from readable(register, thing, day)


def _says_how_it_counts(
    register: Register[Any], thing: ReportedFigure, day: date
) -> Iterable[Invalid]:
    """A month's turnover is the month's own or the year's to date: nobody can tell but who sends it."""
    if counts_days(thing) and not thing.counting:
        yield Invalid("figure.counting_missing", "counting", period=thing.period)


def _other_meaning(
    register: Register[Any], thing: ReportedFigure, day: date, beside: Sequence[ReportedFigure]
) -> Iterable[Invalid]:
    """A figure that looks as if it were counted in the other way."""
    if (flow := flow_of(thing)) is None:
        return
    stored = queries.figures_of(thing.indicator, thing.place).filter(as_of__year=thing.as_of.year)
    near = [f for f in beside if (f.indicator, f.place) == (thing.indicator, thing.place)]
    looks = other_meaning(flow, flows([*stored.exclude(pk=thing.pk or 0), *near]))
    if looks == "falls":
        yield Invalid("figure.to_date_falls", "value", value=thing.value)
    elif looks == "sums":
        yield Invalid("figure.own_is_a_sum", "value", value=thing.value)


def _jump(
    register: Register[Any], thing: ReportedFigure, day: date, beside: Sequence[ReportedFigure]
) -> Iterable[Invalid]:
    last = queries.last_figure(thing.indicator, thing.place, thing.as_of, thing.counting)
    near = [
        (f.as_of, f.value)
        for f in beside
        if (f.indicator, f.place, f.counting) == (thing.indicator, thing.place, thing.counting)
        and (thing.counting != "ytd" or f.as_of.year == thing.as_of.year)
    ]
    stored = [(last.as_of, last.value)] if last else []
    yield from far(thing.as_of, thing.value, [*stored, *near])


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
    faces=faces,
    listed=Listed(
        columns=("indicator", "place", "period", "value", "counting"),
        filters=("indicator", "counting"),
        find=queries.finder("place", "reporter"),
        hint="指标、地区或填报单位",
        order="-as_of",
        minor=("place",),
    ),
    key=("indicator", "place", "period"),
    checks=(of_the_book, _of_a_period, _says_how_it_counts, _sound, _one_stands),
    questions=(_jump, _other_meaning, share),
    files={"evidence": "佐证文件"},
    derive=_reckoned,
    born=_begun,
    stamps={"revise_figure": _rewritten},
    facts=("indicator", "place", "period", "value", "counting"),
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
