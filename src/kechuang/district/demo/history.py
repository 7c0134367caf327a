"""What a district has on record: put on the stage month by month, and measured at every month's end."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Any

from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.core.registers import Register
from kechuang.district.core.registers.many import change_many
from kechuang.district.market.registers import ACHIEVEMENTS, DEMANDS
from kechuang.district.plan.measures import MEASURES
from kechuang.district.plan.registers import BULLETINS
from kechuang.district.plan.services import measure
from kechuang.district.registry.registers import ESTABLISHMENTS, FIRMS, RECOGNITIONS
from kechuang.district.transfer.registers import CONTRACTS
from kechuang.simulation import District, Firm
from kechuang.simulation.calendar import months

from . import bringing as b
from .stage import Stage

_TURNOVER = "technology_contract_turnover"
_LATER = ("library_invention_patents",)  # never judged: the worker reckons it when it comes to it
_RESTS = {"closed": ("close", 210), "paused": ("pause", 120)}  # state → (step, days after)
_WHY = {"close": "已经转化，不再对外", "pause": "正在与意向方洽谈，暂停展示"}
_MONTHLY = 400  # days back to which indicators are measured each month; before, each quarter
_CANCELLED = 400  # one contract in so many is cancelled a month later


def stage_history(stage: Stage, made: District, known: b.Known) -> None:
    """Everything that was brought in by sheets, up to today."""
    start = date(made.first, 1, 1)
    stage.at(start, lambda at: b.bring_organisations(made.parties, known, at), 8)
    _stage_firms(stage, made, known)
    _stage_listings(stage, ACHIEVEMENTS, made.offers, b.offer_values, known)
    _stage_listings(stage, DEMANDS, made.wants, b.want_values, known)
    _stage_contracts(stage, made, known)
    for end, rows in b.by_month(made.approvals, attrgetter("approved_on")):
        values = _lazily(rows, b.approval_values, known)
        stage.at(end, _bringing(ESTABLISHMENTS, "establish", values), 14)
    for end, rows in b.by_month(made.notices, attrgetter("as_of")):
        told = [b.notice_values(row) for row in rows]
        stage.at(end + timedelta(days=9), _bringing(BULLETINS, "report", partial(list, told)), 14)
    for end in months(made.first, stage.today):
        whole = end.month % 3 == 0 or stage.ago(_MONTHLY) <= end
        stage.at(end, partial(_measure, end, whole), 23)


def _lazily(
    rows: Sequence[Any], values: Callable[[Any, b.Known], b.Values], known: b.Known
) -> Callable[[], list[b.Values]]:
    """Values are made when their turn comes: what they name is known by then."""
    return lambda: [values(row, known) for row in rows]


def _bringing(
    register: Register[Any], name: str, values: Callable[[], list[b.Values]]
) -> Callable[[datetime], object]:
    return lambda at: b.bring(register, name, values(), at)


def _stage_firms(stage: Stage, made: District, known: b.Known) -> None:
    start = date(made.first, 1, 1)

    def keep(rows: Sequence[Firm], at: datetime) -> None:
        b.bring_organisations([f.party for f in rows], known, at)
        for firm in b.bring(FIRMS, "keep", [b.firm_values(f, known) for f in rows], at):
            known.firms[firm.organisation.code] = firm

    for end, rows in b.by_month(made.firms, lambda f: max(f.founded_on, start)):
        first = start if end <= date(made.first, 1, 31) else end
        stage.at(first, partial(keep, rows), 8)
    for end, held in b.by_month(made.certificates, lambda c: max(c.valid_from, start)):
        values = _lazily(held, b.certificate_values, known)
        stage.at(end, _bringing(RECOGNITIONS, "record", values), 11)
    for end, returns in b.by_month(made.years(), attrgetter("handed_in")):
        stage.at(end, partial(b.bring_years, returns, known), 12)


def _stage_contracts(stage: Stage, made: District, known: b.Known) -> None:
    registered = [d for d in made.deals if d.registered_on]
    for end, rows in b.by_month(registered, attrgetter("registered_on")):
        values = _lazily(rows, b.deal_values, known)
        stage.at(end, partial(_register, values), 15)
    for deal in made.deals:
        if deal.registered_on is None:
            values = _lazily([deal], b.deal_values, known)
            stage.at(deal.signed_on + timedelta(days=1), _bringing(CONTRACTS, "record", values), 16)


def _register(values: Callable[[], list[b.Values]], at: datetime) -> None:
    things = b.bring(CONTRACTS, "take_in", values(), at)
    gone = [(t, {"introduction_id": None}) for t in things if t.pk % _CANCELLED == 77]
    if gone:
        change_many(CONTRACTS, "cancel", gone, SYSTEM, at, "双方协商解除，退回登记")


def _stage_listings(
    stage: Stage,
    register: Register[Any],
    rows: Sequence[Any],
    values: Callable[[Any, b.Known], b.Values],
    known: b.Known,
) -> None:
    """Published by month; some ended or rest since. Those that wait are brought in one by one."""
    waiting = [r for r in rows if r.state in ("submitted", "checked")]
    for row in waiting:
        stage.at(row.day, _taking_in(register, row, values, known), 10)

    def publish(held: Sequence[Any], at: datetime) -> None:
        made = b.bring(register, "take_in_published", [values(r, known) for r in held], at)
        known.listings.update(zip((r.number for r in held), made, strict=True))

    shown = [r for r in rows if r.state not in ("submitted", "checked")]
    for end, held in b.by_month(shown, attrgetter("day")):
        stage.at(end, partial(publish, held), 10)
    for end, held in b.by_month([r for r in rows if r.state in _RESTS], attrgetter("day")):
        for state, (name, days) in _RESTS.items():
            over = [r for r in held if r.state == state]
            if over:
                rest = _resting(register, name, over, known)
                stage.at(end + timedelta(days=days), rest, 17)


def _taking_in(
    register: Register[Any], row: Any, values: Callable[[Any, b.Known], b.Values], known: b.Known
) -> Callable[[datetime], object]:
    def act(at: datetime) -> None:
        known.listings[row.number] = b.bring(register, "take_in", [values(row, known)], at)[0]

    return act


def _resting(
    register: Register[Any], name: str, rows: Sequence[Any], known: b.Known
) -> Callable[[datetime], object]:
    def act(at: datetime) -> None:
        pairs: list[tuple[Any, b.Values]] = [(known.listings[r.number], {}) for r in rows]
        change_many(register, name, pairs, SYSTEM, at, _WHY[name])

    return act


def _measure(day: date, all_of_them: bool, at: datetime) -> None:
    """What indicators were found to be at a month's end, from what was on record then: turnover
    each month, the others each quarter and in the last year.
    """
    for indicator in current_book().indicators.values():
        known = indicator.measure in MEASURES and indicator.measure not in _LATER
        if known and (all_of_them or indicator.measure == _TURNOVER):
            measure(indicator, day.year, day, at)
