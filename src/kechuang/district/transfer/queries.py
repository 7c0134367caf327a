from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from kechuang.district.accounts.roles import STAFF
from kechuang.district.core.actor import Actor
from kechuang.district.core.together import Asking, answered, whole
from kechuang.engines.text import comparable

from .models import Contract


def visible_to(actor: Actor) -> QuerySet[Contract]:
    """Staff see all; the parties see their own."""
    found = Contract.objects.select_related("seller", "buyer")
    if actor.is_system or (actor.has(*STAFF) and not actor.firms):
        return found
    return found.filter(Q(seller_id__in=actor.organisations) | Q(buyer_id__in=actor.organisations))


def search(found: QuerySet[Contract], words: str) -> QuerySet[Contract]:
    for word in comparable(words).split()[:12]:
        found = found.filter(search__contains=word)
    return found


def registered(year: int, as_of: date) -> QuerySet[Contract]:
    """The contracts that a year's turnover consists of: registered here in the year, up to a day,
    not cancelled.

    The figure counts the day of registration and the whole amount (合同成交额), as the registry's
    statistics do
    (facts §2: 技术合同成交额 = value of contracts registered).
    """
    return Contract.objects.filter(
        state="registered", registered_on__year=year, registered_on__lte=as_of
    ).select_related("seller", "buyer")


def registered_turnover(year: int, as_of: date) -> int:
    """Turnover in fen of the year up to a day."""
    return int(registered(year, as_of).aggregate(sum=Sum("amount_fen"))["sum"] or 0)


def years_with_contracts() -> list[int]:
    """The years from the first registration to the last, latest first."""
    return answered([years_asked()])[0]


def years_asked() -> Asking[list[int]]:
    """The same as a question that goes with others: two looks into an index, however many
    contracts there are.
    """
    days = Contract.objects.filter(state="registered").values_list("registered_on", flat=True)
    first, last = yield days.order_by("registered_on")[:1], days.order_by("-registered_on")[:1]
    return list(range(last[0].year, first[0].year - 1, -1)) if first and last else []


def of_introduction(introduction_id: int) -> Contract | None:
    return (
        Contract.objects.filter(introduction_id=introduction_id).exclude(state="cancelled").first()
    )


def registered_between(start: date, end: date) -> QuerySet[Contract]:
    """Contracts registered between two days, both included, and not cancelled."""
    return Contract.objects.filter(
        state="registered", registered_on__gte=start, registered_on__lte=end
    ).select_related("seller", "buyer")


def contracts_numbered(numbers: Iterable[str]) -> QuerySet[Contract]:
    """Contracts in any state with these numbers of the registry."""
    return Contract.objects.filter(number__in=set(numbers)).select_related("seller", "buyer")


def turnover_between(start: date, end: date) -> QuerySet[Any]:
    """One row (fen or None, contracts) of what was registered between two days."""
    found = registered_between(start, end)
    return whole(found, sum=Sum("amount_fen"), count=Count("id"))


def turnover_signed(day: date) -> QuerySet[Any]:
    """One row (fen or None, contracts) of what was signed up to a day and is not yet registered."""
    found = Contract.objects.filter(state="recorded", signed_on__lte=day)
    return whole(found, sum=Sum("amount_fen"), count=Count("id"))


def turnover_by_year(end: date) -> dict[int, tuple[int, int]]:
    """(fen, contracts) of every year up to a day: one query for all years."""
    rows = (
        Contract.objects.filter(state="registered", registered_on__lte=end)
        .order_by()
        .values_list("registered_on__year")
        .annotate(sum=Sum("amount_fen"), count=Count("id"))
    )
    return {year: (int(fen or 0), int(count)) for year, fen, count in rows}


def turnover_by_day(start: date, end: date) -> QuerySet[Any]:
    """(day, fen) of the days between two on which something was registered."""
    found = registered_between(start, end).order_by()
    return found.values_list("registered_on").annotate(sum=Sum("amount_fen"))


def turnover_by_month(days: Iterable[tuple[date, int | None]]) -> dict[tuple[int, int], int]:
    """Fen registered in each month, from that of its days: taking months apart in the database is
    slow.
    """
    months: dict[tuple[int, int], int] = {}
    for day, fen in days:
        months[day.year, day.month] = months.get((day.year, day.month), 0) + int(fen or 0)
    return months
