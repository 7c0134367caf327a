"""Periods of statistics: a year, a month, a quarter."""

import re
from datetime import date

from .errors import Invalid

_PERIOD = re.compile(r"^(\d{4})(?:-(0[1-9]|1[0-2])|Q([1-4]))?$")


def period_end(period: str, field: str = "period") -> date:
    """The last day of 2025, 2026-10 or 2026Q3.

    >>> period_end("2026Q3"), period_end("2024-02")
    (datetime.date(2026, 9, 30), datetime.date(2024, 2, 29))

    Raises:
        Invalid: Not a period.
    """
    found = _PERIOD.match(period.strip())
    if not found:
        raise Invalid("period", field)
    year = int(found[1])
    if not 1949 <= year <= 2200:
        raise Invalid("period", field)
    month = int(found[2]) if found[2] else 3 * int(found[3]) if found[3] else 12
    return date(year + month // 12, month % 12 + 1, 1) - date.resolution


def period_span(period: str) -> tuple[date, date]:
    """First and last day of 2026-10 or 2026Q3.

    Raises:
        Invalid: A year or nonsense: reports are of months and quarters.
    """
    end = period_end(period)
    if "-" in period:
        return end.replace(day=1), end
    if "Q" in period:
        return date(end.year, end.month - 2, 1), end
    raise Invalid("period.month_or_quarter", "period")


_PRINTED = re.compile(r"(\d{4})年?(?:\d{1,2}[—–\-~至]+)?(?:(\d{1,2})月)?")


def printed_end(text: str) -> date | None:
    """The last day that a printed period speaks of; None when it names no year.

    >>> printed_end("2023年1—8月"), printed_end("2025"), printed_end("2026-10")
    (datetime.date(2023, 8, 31), datetime.date(2025, 12, 31), datetime.date(2026, 10, 31))
    >>> printed_end("未注明") is None
    True
    """
    plain = text.strip()
    if _PERIOD.match(plain):
        return period_end(plain)
    found = _PRINTED.match(plain)
    month = int(found[2]) if found and found[2] else 12
    if found is None or not 1949 <= int(found[1]) <= 2200 or not 1 <= month <= 12:
        return None
    return date(int(found[1]) + month // 12, month % 12 + 1, 1) - date.resolution
