"""Days as people and Excel write them."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from .errors import Invalid

_EPOCH = date(1899, 12, 30)  # Excel's day 0, with its 1900-02-29 already behind (serials > 60)
_FULL = re.compile(r"^(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?(?:[ T].*)?$")
_MONTH = re.compile(r"^(\d{4})[年./-](\d{1,2})月?$")
_DIGITS = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_SERIALS = range(20_000, 80_000)  # 1954 to 2119
_YEARS = range(1800, 2200)  # what a district's records can be about


def parse_day(value: object, field: str = "") -> date | None:
    """Read a day: ISO, 2023.7.15, 2023年7月15日, 20230715, an Excel serial, or a month (its first
    day).

    A number like 2023.1 is refused: Excel drops the zero of 2023.10, so it may be January or
    October.

    Raises:
        Invalid: With proposals where there are some.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return in_our_time(value.date(), field)
    if isinstance(value, date):
        return in_our_time(value, field)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value, field)
    text = re.sub(r"\s*([年月日./-])\s*", r"\1", unicodedata.normalize("NFKC", str(value)).strip())
    text = text.replace("。", ".").replace("—", "-").replace("–", "-")
    if not text:
        return None
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _from_number(float(text), field)
    for pattern in (_FULL, _DIGITS, _MONTH):
        if found := pattern.match(text):
            return _made(text, field, *(int(part) for part in found.groups()))
    raise Invalid("day.text", field, text=text[:40])


def _from_number(value: float, field: str) -> date:
    if value in _SERIALS or int(value) in _SERIALS:
        return _EPOCH + timedelta(days=int(value))
    text = str(int(value)) if value == int(value) else str(value)
    if _DIGITS.match(text):
        return _made(text, field, *(int(p) for p in _DIGITS.match(text).groups()))  # type: ignore[union-attr]
    found = re.fullmatch(r"((?:19|20)\d\d)\.(\d{1,2})", text)
    if found and found[2] == "1":
        raise Invalid(
            "day.ambiguous",
            field,
            proposals=(f"{found[1]}-01", f"{found[1]}-10"),
            text=text,
            year=found[1],
            year2=found[1],
        )
    if found:
        return _made(text, field, int(found[1]), int(found[2]))
    raise Invalid("day.number", field, text=text)


def _made(text: str, field: str, year: int, month: int, day: int = 1) -> date:
    try:
        return in_our_time(date(year, month, day), field)
    except ValueError as e:
        raise Invalid("day.calendar", field, text=text[:40]) from e


def in_our_time(day: date, field: str = "") -> date:
    """A day whose year is none that slipped (0202 for 2020, 20226 for 2026).

    Raises:
        Invalid: Another era.
    """
    if day.year not in _YEARS:
        first, last = _YEARS[0], _YEARS[-1]
        raise Invalid("day.era", field, year=f"{day.year:04}", first=first, last=last)
    return day


def months_after(day: date, months: int) -> date:
    """The same day so many months on; the month's last day where it has no such day.

    Raises:
        Invalid: The calendar ends before.
    """
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    if not 1 <= year < 9999:
        raise Invalid("day.range", "day", day=day.isoformat(), months=months)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
