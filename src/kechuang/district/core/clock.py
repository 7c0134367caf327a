"""The one clock. Portal, worker and commands read it; everything else takes the moment as an argument."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """This moment, aware."""
    return timezone.now()


def today() -> date:
    """Today in Asia/Shanghai."""
    return timezone.localdate()
