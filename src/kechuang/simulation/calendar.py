"""Days of a history: months, and days inside them."""

from datetime import date, timedelta
from random import Random


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1) - date.resolution


def months(first: int, today: date) -> list[date]:
    """The last days of the months from January of a year on; of the running month, today."""
    ends = (month_end(y, m) for y in range(first, today.year + 1) for m in range(1, 13))
    return [*(end for end in ends if end < today), today]


def day_in(start: date, end: date, dice: Random) -> date:
    """A day between two, both included; a weekday where there is one near."""
    found = start + timedelta(days=dice.randrange((end - start).days + 1))
    back = found - timedelta(days=max(0, found.weekday() - 4))
    return back if back >= start else found


def years_later(day: date, count: int) -> date:
    """The same day of another year (28 February for the 29th)."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year + count)
