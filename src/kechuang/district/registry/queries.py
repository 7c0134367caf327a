from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from kechuang.book.schemas import Rung
from kechuang.district.accounts.queries import organisations_by_code
from kechuang.district.accounts.roles import STAFF
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.together import whole

from .models import Application, BookRecord, Establishment, Firm, FirmYear, Recognition

LIVE = (
    "recorded",
    "recognised",
    "done",
)  # states of declared records that count for a target and for rules
FED = ("submitted", "accepted")  # returns that rules may rest on; drafts only for the firm itself


def counted_rungs(rung: str) -> list[str]:
    """The rungs that an official count of one puts together."""
    ladder = current_book().ladder
    return [rung, *(r.id for r in ladder.values() if r.counts_in == rung)]


def is_flow(rung: str) -> bool:
    """Whether a rung counts entries of the year (facts §1.3) rather than what is in force."""
    held = current_book().ladder.get(rung)
    return held is not None and held.counts == "flow"


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
    found = Recognition.objects.filter(
        state="recorded", rung__in=counted_rungs(rung), valid_from__lte=as_of
    )
    if is_flow(rung):
        found = found.filter(valid_from__year=as_of.year)
    else:
        found = found.filter(Q(valid_until=None) | Q(valid_until__gte=as_of))
    return found.select_related("firm__organisation")


def standing(rung: str, as_of: date) -> QuerySet[Any]:
    """One row (firms, each once; recognitions) of what the count holds."""
    return whole(counted(rung, as_of), firms=Count("firm_id", distinct=True), rows=Count("id"))


def rung_of(identity: str) -> Rung | None:
    """A rung of the book's ladder."""
    return current_book().ladder.get(identity)


def is_kept(organisation: int | None) -> bool:
    """Whether the district keeps an organisation as a firm already."""
    return Firm.objects.filter(pk=organisation or 0).exists()


def firms_by_code(codes: Iterable[str]) -> dict[str, Firm]:
    """Reference of an organisation → firm, for many rows at once."""
    held = organisations_by_code(codes).values()
    found = Firm.objects.filter(organisation__in=held).select_related("organisation")
    return {f.organisation.reference: f for f in found}


def establishments_visible_to(actor: Actor) -> QuerySet[Establishment]:
    """What was approved is public; what was withdrawn is for who works on the register."""
    found = Establishment.objects.select_related("operator")
    if actor.is_system or actor.has(*STAFF):
        return found
    return found.filter(state="recorded")


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
    """Entries of a rung whose validity began between two days: what a list of a period is laid
    beside.
    """
    return Recognition.objects.filter(
        state="recorded", rung__in=counted_rungs(rung), valid_from__gte=start, valid_from__lte=end
    ).select_related("firm__organisation")


def recognitions_of_codes(codes: Iterable[str]) -> QuerySet[Recognition]:
    """Every recognition, withdrawn ones too, of the firms with these credit codes, newest first."""
    found = Recognition.objects.filter(firm__organisation__code__in=set(codes))
    return found.select_related("firm__organisation").order_by("-valid_from", "-pk")


def years_visible_to(actor: Actor) -> QuerySet[FirmYear]:
    """Returns of the firms one may see; what is not handed in yet only for the firm itself and
    the officers who fill in for it.
    """
    found = FirmYear.objects.select_related("firm__organisation")
    if actor.is_system or actor.has("officer"):
        return found  # every firm is theirs to see
    if not actor.has(*STAFF):
        found = found.filter(firm_id__in=actor.firms)
    return found.filter(Q(state__in=FED) | Q(firm__in=actor.firms))


def applications_visible_to(actor: Actor) -> QuerySet[Application]:
    """The firm's own and the bureau's: notes and reasons speak of finances."""
    found = Application.objects.select_related("firm__organisation")
    if not (actor.is_system or actor.has("officer", "approver", "auditor")):
        return found.filter(firm_id__in=actor.firms)
    return found


def years_of(firms: Iterable[int], *, drafts: bool = False) -> dict[int, list[FirmYear]]:
    """The yearly returns that rules may rest on, by firm: one query."""
    found: dict[int, list[FirmYear]] = {}
    rows = FirmYear.objects.filter(firm_id__in=list(firms)).exclude(facts={})
    for row in rows if drafts else rows.filter(state__in=FED):
        found.setdefault(row.firm_id, []).append(row)
    return found


def in_force(recognition: Recognition, day: date) -> bool:
    """Whether a recognition holds on a day."""
    return recognition.valid_from <= day and (
        recognition.valid_until is None or recognition.valid_until >= day
    )


def lapsing(start: date, end: date) -> QuerySet[Recognition]:
    """Recognitions whose validity ends between two days and that no later one of the same rung
    follows.
    """
    found = Recognition.objects.filter(
        state="recorded", valid_until__gte=start, valid_until__lte=end
    )
    later = Recognition.objects.filter(
        state="recorded",
        firm=OuterRef("firm"),
        rung=OuterRef("rung"),
        valid_from__gt=OuterRef("valid_from"),
    )
    return found.filter(~Exists(later)).select_related("firm__organisation").order_by("valid_until")


def firms_with_returns() -> list[Firm]:
    """Firms of which there is a return that rules may rest on."""
    fed = Firm.objects.filter(years__state__in=FED).distinct().order_by("organisation__name")
    return list(fed.select_related("organisation").prefetch_related("recognitions"))


def live_between(register: str, field: str, start: date, end: date) -> QuerySet[BookRecord]:
    """Records that count: in force, and their day between two days."""
    days = {
        "facts_typed__field": field,
        "facts_typed__day__gte": start,
        "facts_typed__day__lte": end,
    }
    return BookRecord.objects.filter(register=register, state__in=LIVE, **days).distinct()


def live_of(register: str, holder: int) -> int:
    """How many records in force an organisation has in a register."""
    return BookRecord.objects.filter(register=register, state__in=LIVE, holder_id=holder).count()
