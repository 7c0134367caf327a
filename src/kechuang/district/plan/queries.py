from datetime import date

from django.db.models import QuerySet

from kechuang.district.core.actor import Actor

from .models import Bulletin, Measurement


def bulletins_visible_to(actor: Actor) -> QuerySet[Bulletin]:
    """Published figures are for everybody."""
    return Bulletin.objects.filter(state="recorded")


def latest_bulletin(indicator: str, place: str, year: int) -> Bulletin | None:
    """The newest figure of a year for a place."""
    return Bulletin.objects.filter(
        state="recorded", indicator=indicator, place=place, as_of__year=year
    ).first()


def measurements(indicator: str, year: int) -> QuerySet[Measurement]:
    """How the figure of a year moved, newest first."""
    return Measurement.objects.filter(indicator=indicator, year=year)


def public_history(indicator: str, year: int) -> list[Measurement]:
    """How the figure moved, so coarse that no single record shows: at most one a month, and only after three records."""
    shown: list[Measurement] = []
    months: dict[tuple[int, int], Measurement] = {}
    for found in measurements(indicator, year):
        months.setdefault((found.measured_at.year, found.measured_at.month), found)
    for found in reversed(months.values()):
        if not shown or abs(found.rows - shown[-1].rows) >= 3:
            shown.append(found)
    return shown[::-1]


def last_measurement(indicator: str, year: int) -> Measurement | None:
    return measurements(indicator, year).first()


def last_day(year: int, today: date) -> date:
    """The day as of which a year is measured: its end, or today."""
    return min(date(year, 12, 31), today)
