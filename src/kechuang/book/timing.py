"""How a district keeps time: reminders of the market, returns and lights, holidays."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Market:
    """The market's settings."""

    remind_after_days: tuple[int, ...] = (3, 9, 21)
    close_after_days: int = 30
    ask_outcome_after_days: int = 60
    longest_persons: int = 3


@dataclass(frozen=True)
class Supervision:
    """How returns are asked for and followed up; days are working days of the calendar.

    ``lights``: points behind the way (at risk, behind), days after which a value is stale, and how
    much of a published figure our records must hold (per cent) to be judged by.
    """

    ask_on: int = 20  # day of the month on which returns are asked for
    answer_within: int = 5
    remind_after: tuple[int, ...] = (1, 3)  # after the due day
    escalate_after: tuple[int, ...] = (5, 10)
    coordinator: str = ""
    at_risk_points: int = 10
    behind_points: int = 30
    stale_days: int = 400
    enough_percent: int = 90
    source: str = ""


@dataclass(frozen=True)
class Calendar:
    """Holidays and worked weekend days as published; after ``known_until`` only weekends are
    known.
    """

    holidays: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    known_until: date | None = None
