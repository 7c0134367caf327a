"""Working days: weekdays, less the holidays, plus the weekend days that are worked, as the book's
calendar says.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True)
class Workdays:
    """A calendar. ``known_until`` is the last day for which holidays were published; later days
    are plain weekdays.
    """

    holidays: frozenset[date] = field(default_factory=frozenset)
    worked: frozenset[date] = field(default_factory=frozenset)
    known_until: date | None = None

    def is_workday(self, day: date) -> bool:
        """Whether offices are open on a day."""
        if day in self.worked:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day`` (0: the day itself, or the next working day)."""
        found = day
        if count == 0:
            while not self.is_workday(found):
                found += timedelta(days=1)
            return found
        step = 1 if count > 0 else -1
        left = abs(count)
        while left:
            found += timedelta(days=step)
            left -= self.is_workday(found)
        return found

    def between(self, start: date, end: date) -> int:
        """How many working days lie after ``start`` up to and including ``end``; negative when it
        is earlier.
        """
        if end < start:
            return -self.between(end, start)
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        return sum(self.is_workday(d) for d in days)
