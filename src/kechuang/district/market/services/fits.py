"""What fits is looked for when a text is new, kept, and told to its owners once a day at most."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from kechuang.district.accounts.models import User
from kechuang.district.accounts.queries import actor_of, members_of
from kechuang.district.accounts.services import write_letter
from kechuang.district.core import clock, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.market.models import Achievement, Demand, Fit, Listing, Looked, TextVector
from kechuang.district.market.permissions import can_see

from .index import embedder
from .matching import strengths_of

FRESH = timedelta(days=7)  # what is older is no news, whenever it is found
_TOLD = 20  # pairs of one letter
Line = tuple[Listing, Listing]


def look_at_one(at: datetime) -> bool:
    """Look through the others for one record whose text is new; returns whether there was one. One
    for which that fails is passed over until its text changes, so that it keeps no other waiting.
    """
    for model in (Demand, Achievement):
        waiting = _waiting(model).first()
        if waiting is not None:
            try:
                look(waiting, at)
            except Exception:
                _note(waiting)
                raise
            return True
    return False


def _waiting(model: type[Any]) -> QuerySet[Any]:
    """Published records, embedded, that were not looked at as their text is now."""
    embedded = TextVector.objects.filter(digest=OuterRef("digest"), model=embedder().model)
    looked = Looked.objects.filter(
        kind=model.__name__.lower(), listing_id=OuterRef("pk"), digest=OuterRef("digest")
    )
    found = model.objects.filter(Exists(embedded), ~Exists(looked), state="published")
    ordered: QuerySet[Any] = found.order_by("-published_on", "pk")
    return ordered


def look(thing: Listing, at: datetime) -> None:
    """Keep what matching lists for a record; what it lists no longer is forgotten. A pair that was
    known keeps since when, and whether it was told.
    """
    found = strengths_of(thing)
    mine, other = (
        ("demand", "achievement") if isinstance(thing, Demand) else ("achievement", "demand")
    )
    with transaction.atomic():
        held = {getattr(f, f"{other}_id"): f for f in Fit.objects.filter(**{mine: thing})}
        Fit.objects.filter(pk__in=[f.pk for k, f in held.items() if k not in found]).delete()
        for key, strength in found.items():
            Fit.objects.update_or_create(
                **{f"{mine}_id": thing.pk, f"{other}_id": key},
                defaults={"strength": strength},
                create_defaults={"strength": strength, "found_at": at},
            )
        _note(thing)


def _note(thing: Listing) -> None:
    """That the others were looked through for a record as its text is now."""
    Looked.objects.update_or_create(
        kind=type(thing).__name__.lower(),
        listing_id=thing.pk,
        defaults={"digest": thing.digest},
    )


def tell(at: datetime) -> int:
    """One letter a day at most to each person whose record something fits since the last; returns
    how many were written. Who may no longer see the other record, or one that is for brokers only,
    hears nothing of it. What is found after the day's letters waits for the next day's.
    """
    last = Fit.objects.aggregate(last=Max("told_at"))["last"]
    if last and clock.day_of(last) == clock.day_of(at):
        return 0
    with ledger.writing():
        return _tell(at)


def _tell(at: datetime) -> int:
    lines: dict[int, list[Line]] = defaultdict(list)
    people: dict[int, tuple[User, Actor]] = {}
    for fit in _news(at):
        for mine, other in ((fit.demand, fit.achievement), (fit.achievement, fit.demand)):
            if getattr(other, "confidentiality", "open") == "brokers":
                continue
            for user in members_of(mine.owner_id or 0):
                if user.pk not in people:
                    people[user.pk] = user, actor_of(user)
                actor = people[user.pk][1]
                if can_see(actor, other) and can_see(actor, mine):
                    lines[user.pk].append((mine, other))
    for key, told in lines.items():
        _write(people[key][0], told, at)
    Fit.objects.filter(told_at=None, found_at__lte=at).update(told_at=at)
    return len(lines)


def _news(at: datetime) -> QuerySet[Fit]:
    """Untold pairs of published records of two owners, one of them out for a week at most; the
    strong first.
    """
    since = clock.day_of(at - FRESH)
    fresh = Q(demand__published_on__gt=since) | Q(achievement__published_on__gt=since)
    found = Fit.objects.filter(
        fresh,
        told_at=None,
        found_at__lte=at,
        demand__state="published",
        achievement__state="published",
    )
    ordered: QuerySet[Fit] = found.exclude(demand__owner=F("achievement__owner"))
    return ordered.select_related("demand__owner", "achievement__owner").order_by("-strength", "pk")


def _write(user: User, told: Iterable[Line], at: datetime) -> None:
    pairs = list(told)
    rows = [f"“{mine.title}”：{other.reference} {other.title}" for mine, other in pairs[:_TOLD]]
    more = [f"……另有 {len(pairs) - _TOLD} 项"] if len(pairs) > _TOLD else []
    write_letter(
        f"fits-{clock.day_of(at)}-{user.pk}",
        f"有 {len(pairs)} 项可能合适",
        "\n".join([*rows, *more, "打开看哪一句回应了哪一项需要；不合适的不必理会。"]),
        at,
        user=user,
        link="/workspace/",
    )
