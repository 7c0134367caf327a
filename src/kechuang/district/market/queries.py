"""What exists for whom, and what is asked of the market."""

from typing import TypeVar

from django.db.models import Count, Q, QuerySet

from kechuang.district.accounts.roles import is_staff
from kechuang.district.core.actor import Actor
from kechuang.engines.base.identifiers import patent_kind
from kechuang.engines.matching import Offer, Want
from kechuang.engines.text import comparable

from .models import Achievement, Demand, Introduction, Invitation, Listing, TextVector

L = TypeVar("L", bound=Listing)


def _own(actor: Actor) -> Q:
    """Of one's organisations; for those who work for the district, also what they wrote.

    Who left has neither.
    """
    own = Q(owner_id__in=actor.organisations)
    return own | Q(created_by=actor.id) if is_staff(actor) else own


def is_own(actor: Actor, thing: Listing) -> bool:
    """Beside `_own`: the same answer for one record."""
    wrote = is_staff(actor) and actor.id > 0 and thing.created_by == actor.id
    return wrote or (thing.owner_id or 0) in actor.organisations


def achievements_visible_to(actor: Actor) -> QuerySet[Achievement]:
    """Published ones for everybody; staff see all but others' drafts; owners see their own."""
    found = Achievement.objects.select_related("owner")
    if actor.id == 0:
        return found.filter(state="published")
    if is_staff(actor):
        return found.filter(~Q(state="draft") | _own(actor))
    return found.filter(Q(state="published") | (_own(actor) & ~Q(state="retracted")))


def demands_visible_to(actor: Actor) -> QuerySet[Demand]:
    """As achievements; and a demand for brokers only does not exist for anybody but staff and its
    firm.
    """
    found = Demand.objects.select_related("owner")
    public = Q(state="published", confidentiality__in=("open", "nameless"))
    if actor.id == 0:
        return found.filter(public)
    if is_staff(actor):
        return found.filter(~Q(state="draft") | _own(actor))
    return found.filter(public | (_own(actor) & ~Q(state="retracted")))


def knows_owner(actor: Actor, demand: Demand) -> bool:
    """Whether the firm's name may be shown to this person."""
    if demand.confidentiality == "open" or is_staff(actor):
        return True
    return demand.owner_id in actor.organisations


def search(found: QuerySet[L], words: str, actor: Actor) -> QuerySet[L]:
    """All words, anywhere in the text.

    A firm's name finds its demands only for those who may know it.
    """
    for word in comparable(words).split()[:12]:
        hit = Q(search__contains=word)
        if issubclass(found.model, Demand):
            owner = Q(owner__search__contains=word)
            if not is_staff(actor):
                owner &= Q(confidentiality="open") | _own(actor)
            hit |= owner
        found = found.filter(hit)
    return found


def introductions_visible_to(actor: Actor) -> QuerySet[Introduction]:
    """Staff see all; a firm and an owner see their own once they were asked."""
    found = Introduction.objects.select_related(
        "demand__owner", "achievement__owner"
    ).prefetch_related("invitations")
    if is_staff(actor):
        return found
    return found.filter(Q(demand__owner_id__in=actor.firms) if actor.firms else Q(pk__in=()))


def invitation_by_nonce(pk: int, nonce: str) -> Invitation | None:
    return (
        Invitation.objects.select_related(
            "introduction__demand__owner", "introduction__achievement__owner"
        )
        .filter(pk=pk, nonce=nonce)
        .first()
    )


def offer_of(achievement: Achievement) -> Offer:
    """The facts of an achievement that matching needs."""
    return Offer(
        id=str(achievement.pk),
        title=achievement.title,
        text=achievement.summary,
        keywords=tuple(achievement.keywords),
        field=achievement.area or achievement.field,
        trl=achievement.trl,
        modes=frozenset(achievement.modes),
        price_fen=achievement.price_fen,
    )


def want_of(demand: Demand) -> Want:
    """The facts of a demand that matching needs."""
    return Want(
        id=str(demand.pk),
        title=demand.title,
        text=demand.whole_text,
        keywords=tuple(demand.keywords),
        field=demand.area or demand.field,
        trl=demand.trl,
        modes=frozenset(demand.modes),
        budget_fen=demand.budget_fen,
    )


def party_text(thing: Listing) -> str:
    """The text that is embedded."""
    if isinstance(thing, Achievement):
        return offer_of(thing).whole
    assert isinstance(thing, Demand)
    return want_of(thing).whole


def patents_in(found: QuerySet[Achievement]) -> dict[str, list[tuple[int, str]]]:
    """Patent number → the achievements (id, title) that name it."""
    held: dict[str, list[tuple[int, str]]] = {}
    rows = found.order_by("id").exclude(patents=[]).values_list("pk", "title", "patents")
    for pk, title, numbers in rows:
        for number in numbers:
            held.setdefault(number, []).append((pk, title))
    return held


def embedding_progress(model: str, actor: Actor) -> tuple[int, int]:
    """(done, all): published texts that this person may see whose vector is there, and all of
    them.
    """
    known = TextVector.objects.filter(model=model).values("digest")
    total = done = 0
    for found in (achievements_visible_to(actor), demands_visible_to(actor)):
        counts = (
            found.filter(state="published")
            .order_by()
            .aggregate(total=Count("pk"), done=Count("pk", filter=Q(digest__in=known)))
        )
        total, done = total + counts["total"], done + counts["done"]
    return done, total


def invention_patents() -> set[str]:
    """Distinct application numbers of kind 发明 in live achievements.

    Their legal status is not known here.
    """
    lists = (
        Achievement.objects.filter(state__in=("published", "paused"))
        .exclude(patents=[])
        .values_list("patents", flat=True)
    )
    return {n for numbers in lists for n in numbers if patent_kind(n) == "发明"}
