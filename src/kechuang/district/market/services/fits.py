"""What fits is looked for when a text is new, kept, and told to its owners once a day at most."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from kechuang.district.accounts.models import User
from kechuang.district.accounts.queries import actor_of, members_of
from kechuang.district.accounts.services import write_letter
from kechuang.district.core import clock, ledger
from kechuang.district.market.models import Achievement, Demand, Fit, Listing, Looked, TextVector
from kechuang.district.market.permissions import can_see

from .index import embedder
from .matching import strengths_of

FRESH = timedelta(days=7)  # what is older is no news, whenever it is found
_TOLD = 20  # pairs of one letter
Line = tuple[Listing, Listing]


def look_at_one(at: datetime) -> bool:
    """Look through the others for one record whose text is new; returns whether there was one."""
    for model in (Demand, Achievement):
        waiting = _waiting(model).first()
        if waiting is not None:
            look(waiting, at)
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
    since = clock.day_of(at - FRESH)
    fresh = Fit.objects.filter(told_at=None).select_related("demand__owner", "achievement__owner")
    lines: dict[int, list[Line]] = defaultdict(list)
    people: dict[int, User] = {}
    for fit in fresh.order_by("-strength", "pk")[:2000]:
        for mine, other in ((fit.demand, fit.achievement), (fit.achievement, fit.demand)):
            if not _is_news(mine, other, since):
                continue
            for user in members_of(mine.owner_id or 0):
                if can_see(actor_of(user), other) and can_see(actor_of(user), mine):
                    people[user.pk] = user
                    lines[user.pk].append((mine, other))
    for key, told in lines.items():
        _write(people[key], told, at)
    Fit.objects.filter(told_at=None, found_at__lte=at).update(told_at=at)
    return len(lines)


def _is_news(mine: Listing, other: Listing, since: Any) -> bool:
    """Whether an owner is to hear of a pair: both are out, one of them newly, and the other is
    nobody's secret.
    """
    if any(x.state != "published" for x in (mine, other)):
        return False
    if getattr(other, "confidentiality", "open") == "brokers" or mine.owner_id == other.owner_id:
        return False
    return bool(max(x.published_on or since for x in (mine, other)) > since)


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
