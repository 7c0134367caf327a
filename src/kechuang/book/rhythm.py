"""How a book keeps time: when returns are asked for, holidays, and the market's reminders."""

from dataclasses import replace
from datetime import date, timedelta

from kechuang.engines.base.sayings import Said

from .desk import Desk
from .shapes import CalendarFile, MarketFile, SupervisionFile
from .timing import Calendar, Market, Supervision


def read_supervision(given: SupervisionFile | None, desk: Desk, below: Supervision) -> Supervision:
    """supervision.yaml; what it does not say stays as in the book below."""
    if given is None:
        return below
    made = replace(below, **given.model_dump(exclude_none=True))
    if made.at_risk_points > made.behind_points:
        desk.complain(given.at, "behind_points", Said("book.points_backwards"))
    return made


def read_calendar(given: CalendarFile | None, desk: Desk, below: Calendar) -> Calendar:
    """calendar.yaml; its days are added to those of the book below."""
    if given is None:
        return below
    holidays: set[date] = set(below.holidays)
    for days in given.holidays:
        if isinstance(days, date):
            holidays.add(days)
            continue
        if days.start > days.to:
            desk.complain(days.at, "to", Said("book.holiday_backwards"))
        count = (days.to - days.start).days + 1
        holidays |= {days.start + timedelta(days=n) for n in range(count)}
    worked = below.worked | set(given.worked)
    return Calendar(frozenset(holidays), frozenset(worked), given.known_until)


def read_market(given: MarketFile | None, desk: Desk, below: Market) -> Market:
    """market.yaml, or the book's below."""
    if given is None:
        return below
    days = given.remind_after_days
    if not days or list(days) != sorted(set(days)):
        desk.complain(given.at, "remind_after_days", Said("book.days_not_rising"))
    return Market(days, given.close_after_days, given.ask_outcome_after_days, given.longest_persons)
