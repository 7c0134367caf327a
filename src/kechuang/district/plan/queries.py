from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from django.db.models import Count, Q, QuerySet

from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.engines.planning import SOUND
from kechuang.engines.text import normalise

from .models import (
    Bulletin,
    Closing,
    Comparison,
    Completeness,
    Duty,
    Measurement,
    Milestone,
    MonthlyReturn,
    PlanDraft,
    ReportedFigure,
    TaskFile,
)

SEES_RETURNS = ("officer", "approver", "auditor")


def bulletins_visible_to(actor: Actor) -> QuerySet[Bulletin]:
    """Published figures are for everybody."""
    return Bulletin.objects.filter(state="recorded")


def bulletins_kept_for(actor: Actor) -> QuerySet[Bulletin]:
    """The records themselves: withdrawn ones too for who answers for them."""
    found = Bulletin.objects.all()
    return found if actor.is_system or actor.has(*SEES_RETURNS) else found.filter(state="recorded")


def bulletin_of(indicator: str, place: str, day: date | None) -> Bulletin | None:
    """The figure that stands for an indicator, a place and a day."""
    if day is None:
        return None
    return Bulletin.objects.filter(
        indicator=indicator, place=place, as_of=day, state="recorded"
    ).first()


def bulletin_before(indicator: str, place: str, counting: str, day: date) -> Bulletin | None:
    """The last standing figure before a day, counted alike: what a new one is compared with."""
    return Bulletin.objects.filter(
        indicator=indicator, place=place, counting=counting, as_of__lt=day, state="recorded"
    ).first()


def bulletins_until(place: str, day: date) -> QuerySet[Bulletin]:
    """A place's figures up to a day, newest first."""
    return Bulletin.objects.filter(state="recorded", place=place, as_of__lte=day)


def confirmed_until(place: str, day: date) -> QuerySet[ReportedFigure]:
    """A place's confirmed figures up to a day, newest first."""
    return ReportedFigure.objects.filter(state="confirmed", place=place, as_of__lte=day)


F = TypeVar("F", Bulletin, ReportedFigure, Completeness)


def by_indicator(found: Iterable[F]) -> dict[str, list[F]]:
    """Records by their indicator, in the order they came in."""
    held: dict[str, list[F]] = {}
    for thing in found:
        held.setdefault(thing.indicator, []).append(thing)
    return held


def completeness_kept_for(actor: Actor) -> QuerySet[Completeness]:
    """What was said to be complete is public, for every light rests on it."""
    found = Completeness.objects.all()
    return found if actor.is_system or actor.has(*SEES_RETURNS) else found.filter(state="stated")


def said_complete(indicators: Iterable[str]) -> QuerySet[Completeness]:
    """The statements that stand, of these indicators."""
    return Completeness.objects.filter(state="stated", indicator__in=set(indicators))


def closed_spans(indicators: Iterable[str]) -> QuerySet[Any]:
    """(indicator, first day or None, last day) of every closed period."""
    found = Closing.objects.filter(indicator__in=set(indicators)).order_by()
    return found.values_list("indicator", "start", "as_of")


def figures_visible_to(actor: Actor) -> QuerySet[ReportedFigure]:
    """Confirmed ones for everybody, as the target's page shows them; all for who follows them up."""
    found = ReportedFigure.objects.all()
    return found if actor.is_system or actor.has(*SEES_RETURNS) else found.filter(state="confirmed")


def figures_kept_for(actor: Actor) -> QuerySet[ReportedFigure]:
    """The records themselves, with notes and who reported them: for who reports and confirms."""
    found = ReportedFigure.objects.all()
    return found if actor.is_system or actor.has(*SEES_RETURNS) else found.none()


def figure_kept(pk: int | None) -> str | None:
    """The value that is kept of a reported figure; None for one that is not kept yet."""
    return ReportedFigure.objects.filter(pk=pk or 0).values_list("value", flat=True).first()


def figure_beside(indicator: str, place: str, period: str, but: int | None) -> bool:
    """Whether another figure stands for the same indicator, place and period."""
    same = ReportedFigure.objects.filter(indicator=indicator, place=place, period=period)
    return same.exclude(state="withdrawn").exclude(pk=but or 0).exists()


def last_figure(indicator: str, place: str, before: date, counting: str) -> ReportedFigure | None:
    """The last reported figure before a day, counted alike: what a new one is compared with. The
    year's to date begins anew every year.
    """
    found = figures_of(indicator, place).filter(as_of__lt=before, counting=counting)
    return (found.filter(as_of__year=before.year) if counting == "ytd" else found).first()


def figures_of(indicator: str, place: str) -> QuerySet[ReportedFigure]:
    """What was reported of an indicator and a place and stands, newest first."""
    found = ReportedFigure.objects.filter(indicator=indicator, place=place)
    return found.exclude(state="withdrawn")


def measurements(indicator: str, year: int) -> QuerySet[Measurement]:
    """How the figure of a year moved, newest first."""
    return Measurement.objects.filter(indicator=indicator, year=year)


def measured(indicators: Iterable[str]) -> QuerySet[Any]:
    """(indicator, day, value) of all that was measured, oldest first."""
    found = Measurement.objects.filter(indicator__in=set(indicators)).order_by("as_of", "id")
    return found.values_list("indicator", "as_of", "value")


def month_ends(rows: Iterable[tuple[str, date, str]]) -> dict[str, list[tuple[date, str]]]:
    """The last of each month, by indicator."""
    found: dict[str, dict[tuple[int, int], tuple[date, str]]] = {}
    for indicator, day, value in rows:
        found.setdefault(indicator, {})[day.year, day.month] = (day, value)
    return {k: sorted(v.values()) for k, v in found.items()}


def public_history(moved: Iterable[Measurement]) -> list[Measurement]:
    """How the figure moved (newest first), so coarse that no single record shows: at most one a month, and only
    after three records.
    """
    shown: list[Measurement] = []
    months: dict[tuple[int, int], Measurement] = {}
    for found in moved:
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


def closings(indicator: str = "") -> QuerySet[Closing]:
    """Closed periods, newest first; what was published is for everybody."""
    found = Closing.objects.prefetch_related("corrections")
    return found.filter(indicator=indicator) if indicator else found


def finder(*fields: str) -> Callable[[QuerySet, str, Actor], QuerySet]:
    """Searches figures: every word in one of the fields, or in what their indicator is called."""

    def find(found: QuerySet, words: str, actor: Actor) -> QuerySet:
        known = current_book().indicators.values()
        for word in normalise(words).split()[:12]:
            called = [i.id for i in known if word in " ".join((i.title, *i.aliases))]
            hit = Q(indicator__in=called)
            for name in fields:
                hit |= Q(**{f"{name}__icontains": word})
            found = found.filter(hit)
        return found

    return find


def unsound() -> tuple[QuerySet[Bulletin], QuerySet[ReportedFigure]]:
    """Figures that came by an older door and can't be reckoned with: no number, or a day of
    another era. They are left out everywhere until somebody mends or withdraws them.
    """
    bad = ~Q(value__regex=SOUND) | Q(as_of__year__lt=1800)
    figures = ReportedFigure.objects.filter(bad).exclude(state="withdrawn")
    return Bulletin.objects.filter(bad, state="recorded")[:100], figures[:100]


def duties(plan: str) -> QuerySet[Duty]:
    return Duty.objects.filter(plan=plan)


def milestones(plan: str) -> QuerySet[Milestone]:
    return Milestone.objects.filter(plan=plan).exclude(state="dropped")


def milestones_due(plans: Iterable[str], until: date) -> QuerySet[Milestone]:
    """The open ones of some plans that are due up to a day, the first due first."""
    return Milestone.objects.filter(plan__in=set(plans), state="open", due__lte=until)


def tasks_asked(plans: Iterable[str]) -> QuerySet[TaskFile]:
    """The tasks of some plans that somebody asked to close."""
    return TaskFile.objects.filter(plan__in=set(plans), state="asked")


def task_files(plan: str) -> dict[int, TaskFile]:
    return {f.task: f for f in TaskFile.objects.filter(plan=plan)}


def returns_visible_to(actor: Actor) -> QuerySet[MonthlyReturn]:
    """Returns are for those who follow the plan up; a body sees its own by its link."""
    found = MonthlyReturn.objects.all()
    return found if actor.is_system or actor.has(*SEES_RETURNS) else found.none()


def responsible_bodies() -> set[str]:
    """Every body that answers for a task of any plan."""
    return set(Duty.objects.order_by().values_list("body", flat=True).distinct())


def open_counts() -> dict[str, int]:
    """How many returns each body has to hand in."""
    waiting = MonthlyReturn.objects.filter(state__in=("asked", "sent_back")).order_by()
    return dict(waiting.values_list("body").annotate(count=Count("pk")))


def returns_of_body(body: str) -> QuerySet[MonthlyReturn]:
    """What was asked of a body: for who holds its link."""
    return MonthlyReturn.objects.filter(body=body)


def drafts_visible_to(actor: Actor) -> QuerySet[PlanDraft]:
    found = PlanDraft.objects.defer("text", "read", "draft")
    return found if actor.has("officer", "administrator", "auditor") else found.none()


def draft_visible_to(actor: Actor) -> QuerySet[PlanDraft]:
    return (
        PlanDraft.objects.all()
        if actor.has("officer", "administrator", "auditor")
        else PlanDraft.objects.none()
    )


def comparisons_visible_to(actor: Actor) -> QuerySet[Comparison]:
    return Comparison.objects.all() if actor.has(*SEES_RETURNS) else Comparison.objects.none()
