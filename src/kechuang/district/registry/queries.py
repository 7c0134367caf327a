from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from kechuang.district.accounts.roles import STAFF
from kechuang.district.core.actor import Actor

from .models import Establishment, Firm, Recognition

FLOWS = frozenset(
    {"young_eagle", "gazelle", "sme"}
)  # entered since 1 January of the year (facts §1.3)


def visible_to(actor: Actor) -> QuerySet[Firm]:
    """Staff see every firm; a member sees their own."""
    firms = (
        Firm.objects.order_by("organisation__name")
        .select_related("organisation")
        .prefetch_related(Prefetch("recognitions", Recognition.objects.filter(state="recorded")))
    )
    if actor.is_system or actor.has(*STAFF):
        return firms
    return firms.filter(organisation_id__in=actor.firms)


def recognitions_visible_to(actor: Actor) -> QuerySet[Recognition]:
    """As firms: in the list ⇔ may open."""
    found = Recognition.objects.select_related("firm__organisation")
    if actor.is_system or actor.has(*STAFF):
        return found
    return found.filter(firm_id__in=actor.firms)


def counted(rung: str, as_of: date) -> QuerySet[Recognition]:
    """The recognitions that a count on a day consists of.

    雏鹰, 瞪羚 and 科技型中小企业 count entries since 1 January of the year, as the city's bulletins do;
    high-tech enterprises and leading enterprises count what is in force on the day.
    """
    found = Recognition.objects.filter(state="recorded", rung=rung, valid_from__lte=as_of)
    if rung in FLOWS:
        found = found.filter(valid_from__year=as_of.year)
    else:
        found = found.filter(Q(valid_until=None) | Q(valid_until__gte=as_of))
    return found.select_related("firm__organisation")


def standing(rung: str, as_of: date) -> int:
    """How many firms (each once) the count holds."""
    return counted(rung, as_of).values("firm_id").distinct().count()


def establishments() -> QuerySet[Establishment]:
    """What was approved is public."""
    return Establishment.objects.filter(state="recorded").select_related("operator")


def established(kinds: tuple[str, ...], start: date, end: date) -> QuerySet[Establishment]:
    """Approved between two days, both included: events of a period."""
    return establishments().filter(kind__in=kinds, approved_on__gte=start, approved_on__lte=end)


def standing_establishments(kind: str, as_of: date) -> QuerySet[Establishment]:
    """Those that stand on a day."""
    alive = Q(ended_on=None) | Q(ended_on__gt=as_of)
    return establishments().filter(alive, kind=kind, approved_on__lte=as_of)


def recognitions_of_rung(rung: str, start: date, end: date) -> QuerySet[Recognition]:
    """Entries of a rung whose validity began between two days: what a list of a period is laid beside."""
    return Recognition.objects.filter(
        state="recorded", rung=rung, valid_from__gte=start, valid_from__lte=end
    ).select_related("firm__organisation")
