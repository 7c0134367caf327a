"""What exists for whom, and what is asked of the market."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from kechuang.district.accounts.models import Organisation
from kechuang.district.accounts.roles import DESKS, STAFF, is_staff
from kechuang.district.core.actor import Actor
from kechuang.district.core.together import Asking, answered, whole
from kechuang.engines.base.identifiers import patent_kind
from kechuang.engines.matching import Offer, Want
from kechuang.engines.search import EVERYBODY
from kechuang.engines.text import comparable

from .models import (
    Achievement,
    Demand,
    Feedback,
    Fit,
    Introduction,
    Invitation,
    Listing,
    TextVector,
    Wish,
)

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


def listing_keys(thing: Listing) -> frozenset[str]:
    """Who sees a record whole, as search asks it: the same answer as the two above."""
    own = {f"org:{thing.owner_id}"} if thing.owner_id and thing.state != "retracted" else set()
    if thing.state == "draft":
        return frozenset(own | {f"desk:{role}:{thing.created_by}" for role in STAFF})
    if thing.state == "published" and getattr(thing, "confidentiality", "open") == "open":
        return frozenset({EVERYBODY})
    return DESKS | own


def knows_owner(actor: Actor, demand: Demand) -> bool:
    """Whether the firm's name may be shown to this person."""
    if demand.confidentiality == "open" or is_staff(actor):
        return True
    return demand.owner_id in actor.organisations


def fresh_fits(since: date) -> QuerySet[Fit]:
    """Pairs of published records, one of them since a day, that nobody has taken up or spoken of:
    the strong first.
    """
    taken = Introduction.objects.filter(
        demand=OuterRef("demand"), achievement=OuterRef("achievement")
    )
    said = Feedback.objects.filter(demand=OuterRef("demand"), achievement=OuterRef("achievement"))
    found = Fit.objects.filter(
        Q(demand__published_on__gte=since) | Q(achievement__published_on__gte=since),
        ~Exists(taken),
        ~Exists(said),
        demand__state="published",
        achievement__state="published",
    )
    return found.select_related("demand", "achievement").order_by("-strength", "-found_at", "pk")


def said_of(demands: Iterable[int], achievements: Iterable[int]) -> QuerySet[Feedback]:
    """What the centre's people said of pairs, the newest first."""
    return Feedback.objects.filter(demand__in=set(demands), achievement__in=set(achievements))


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


def introduction_keys(found: Introduction) -> frozenset[str]:
    """Who sees it, as search asks it."""
    return DESKS | {f"firm:{found.demand.owner_id}"}


def search_introductions(found: QuerySet[Introduction], words: str) -> QuerySet[Introduction]:
    """All words, each in the demand or in the achievement."""
    for word in comparable(words).split()[:12]:
        hit = Q(demand__search__contains=word) | Q(achievement__search__contains=word)
        found = found.filter(hit)
    return found


def wishes_visible_to(actor: Actor) -> QuerySet[Wish]:
    """Who works for the district, and the asker's own organisation; whoever owns what is asked
    about learns of it through a broker alone.
    """
    found = Wish.objects.select_related(
        "asker", "achievement__owner", "demand__owner", "introduction"
    )
    if is_staff(actor):
        return found
    return found.filter(asker_id__in=actor.organisations)


def find_wishes(found: QuerySet[Wish], words: str, actor: Actor) -> QuerySet[Wish]:
    """All words, in the wish itself or in the record it is about, if that may be seen now."""
    for word in comparable(words).split()[:12]:
        hit = Q(search__contains=word)
        for name, seen in (
            ("achievement", achievements_visible_to(actor)),
            ("demand", demands_visible_to(actor)),
        ):
            hit |= Q(**{f"{name}__in": seen.filter(search__contains=word).order_by().values("pk")})
        found = found.filter(hit)
    return found


def listing_by_reference(reference: str, asker: Organisation) -> Listing | None:
    """The record that an organisation may ask about by a number: an achievement for an enterprise,
    a demand for anybody else. Whether it exists for the person is for `can_ask` to say.
    """
    model = Achievement if asker.kind == "enterprise" else Demand
    return model._default_manager.filter(reference=reference).select_related("owner").first()


def invitation_behind(pk: str) -> Invitation:
    """What a link of ours speaks of, with all that its page shows."""
    return Invitation.objects.select_related(
        "introduction__demand__owner", "introduction__achievement__owner"
    ).get(pk=pk)


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
    return answered([embedding_asked(model, actor)])[0]


def embedding_asked(model: str, actor: Actor) -> Asking[tuple[int, int]]:
    """The same as a question that goes with others."""
    known = TextVector.objects.filter(model=model).values("digest")
    libraries = (achievements_visible_to(actor), demands_visible_to(actor))
    answers = yield [
        whole(
            found.filter(state="published"),
            done=Count("pk", filter=Q(digest__in=known)),
            total=Count("pk"),
        )
        for found in libraries
    ]
    rows = [row for answer in answers for row in answer]
    return sum(done for done, _ in rows), sum(total for _, total in rows)


def patent_lists() -> QuerySet[Any]:
    """The patents that each live achievement names."""
    found = Achievement.objects.filter(state__in=("published", "paused")).exclude(patents=[])
    return found.values_list("patents", flat=True)


def invention_patents(lists: Iterable[Iterable[str]]) -> set[str]:
    """Distinct application numbers of kind 发明. Their legal status is not known here."""
    return {n for numbers in lists for n in numbers if patent_kind(n) == "发明"}


_REACHED = ("agreed", "contracted")


@dataclass(frozen=True)
class Stages:
    """Demands of one field (or all) that came so far, each stage within the one before;
    ``offers`` are the field's published achievements, ``open`` the demands still asked for.
    """

    area: str
    offers: int
    open: int
    demands: int
    introduced: int
    agreed: int
    contracted: int

    @property
    def untouched(self) -> bool:
        """Somebody asks, and nobody was ever introduced."""
        return self.demands > 0 and self.introduced == 0


def stages_by_area(actor: Actor) -> list[Stages]:
    """Each field with its demands (published or done with) and published achievements, the one
    with the most demands first: two queries.
    """
    offers = achievements_visible_to(actor).filter(state="published").order_by()
    by_area = dict(offers.values_list("area").annotate(n=Count("id")))
    rows = (
        demands_visible_to(actor)
        .filter(state__in=("published", "paused", "closed"))
        .order_by()
        .values_list("area")
        .annotate(
            demands=Count("id", distinct=True),
            open=Count("id", distinct=True, filter=Q(state="published")),
            introduced=Count("id", distinct=True, filter=Q(introductions__isnull=False)),
            agreed=Count("id", distinct=True, filter=Q(introductions__state__in=_REACHED)),
            contracted=Count("id", distinct=True, filter=Q(introductions__state="contracted")),
        )
    )
    found = [
        Stages(area, by_area.pop(area, 0), still, demands, introduced, agreed, contracted)
        for area, demands, still, introduced, agreed, contracted in rows
    ]
    found += [Stages(area, n, 0, 0, 0, 0, 0) for area, n in by_area.items()]
    return sorted(found, key=lambda s: (-s.demands, s.area))


def all_stages(found: Sequence[Stages]) -> Stages:
    """All fields together."""
    names = ("offers", "open", "demands", "introduced", "agreed", "contracted")
    return Stages("", *(sum(getattr(s, n) for s in found) for n in names))
