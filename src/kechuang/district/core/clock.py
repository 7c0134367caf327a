"""The one clock. Portal, worker and commands read it; everything else takes the moment as an
argument.
"""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """This moment, aware."""
    return timezone.now()


def today() -> date:
    """Today in Asia/Shanghai."""
    return timezone.localdate()


def day_of(moment: datetime) -> date:
    """The day of a moment in Asia/Shanghai: what a person's calendar said then."""
    return timezone.localdate(moment)


def local(moment: datetime) -> datetime:
    """A moment as a clock in Asia/Shanghai shows it."""
    return timezone.localtime(moment)
