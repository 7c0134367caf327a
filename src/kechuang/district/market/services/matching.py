"""Matching of stored records: engines.matching over the index, for what the asker may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kechuang.district.accounts.roles import is_staff
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.books import current_book
from kechuang.district.market.models import Achievement, Demand, Listing
from kechuang.district.market.queries import (
    achievements_visible_to,
    demands_visible_to,
    offer_of,
    want_of,
)
from kechuang.engines.base.errors import NotAllowed, WrongState
from kechuang.engines.base.sayings import Said
from kechuang.engines.matching import (
    Answer,
    Corpus,
    Embedder,
    Found,
    Match,
    Matcher,
    Offer,
    Reason,
    Refusal,
    Want,
)

from .index import embedder, lexical, vectors

T = TypeVar("T", bound=Listing)


@dataclass(frozen=True)
class Candidate(Generic[T]):
    """A record with its match: how sure, what it says to each need, what else speaks for it."""

    thing: T
    rank: int
    chance: float
    strength: str
    answers: tuple[Answer, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A record that a hard limit keeps out, why, and how strong a match it would have been."""

    thing: T
    why: Said
    strength: str


@dataclass(frozen=True)
class Ranking(Generic[T]):
    """What is listed; what a limit keeps out (true hits first); and how much was looked at.

    Where nothing is listed, nothing fits: ``nearest`` then holds what comes closest.
    """

    listed: list[Candidate[T]]
    nearest: list[Candidate[T]]
    kept_out: list[Kept[T]]
    looked: int


def matcher() -> Matcher:
    return Matcher(area_of=current_book().area_of)


def may_match(actor: Actor, thing: Listing) -> bool:
    """Staff match anything; owners match their own."""
    return is_staff(actor) or (thing.owner_id or 0) in actor.organisations


def _ask(actor: Actor, thing: Listing) -> None:
    if not may_match(actor, thing):
        raise NotAllowed("matching.own_only")
    if thing.state != "published":
        raise WrongState("matching.published_only")


def _offers(actor: Actor) -> tuple[Corpus[Offer], dict[str, Achievement]]:
    seen: dict[str, Achievement] = {}

    def fetch(ids: Sequence[str]) -> Mapping[str, Offer]:
        found = achievements_visible_to(actor).filter(
            pk__in=[int(i) for i in ids], state="published"
        )
        seen.update({str(a.pk): a for a in found})
        return {i: offer_of(seen[i]) for i in ids if i in seen}

    return Corpus(lexical("achievements"), vectors("achievements"), fetch), seen


def _wants(actor: Actor) -> tuple[Corpus[Want], dict[str, Demand]]:
    seen: dict[str, Demand] = {}
    kind = "all_demands" if is_staff(actor) else "demands"

    def fetch(ids: Sequence[str]) -> Mapping[str, Want]:
        found = demands_visible_to(actor).filter(pk__in=[int(i) for i in ids], state="published")
        seen.update({str(d.pk): d for d in found})
        return {i: want_of(seen[i]) for i in ids if i in seen}

    return Corpus(lexical(kind), vectors(kind), fetch), seen


def _ranking(found: Found, seen: Mapping[str, T], looked: int) -> Ranking[T]:
    def shown(m: Match) -> Candidate[T]:
        return Candidate(seen[m.id], m.rank, m.chance, m.strength, m.answers, m.reasons)

    hits = [r for r in found.refused if r.strength]
    return Ranking(
        [shown(m) for m in found.listed],
        [] if found.listed else [shown(m) for m in found.nearest],
        [Kept(seen[r.id], r.text, r.strength) for r in hits],
        looked,
    )


def _sense(corpus: Corpus[Any]) -> Embedder | None:
    """The model, where there are vectors to lay others beside."""
    return embedder() if len(corpus.vectors) else None


def achievements_for(demand: Demand, actor: Actor) -> Ranking[Achievement]:
    """The achievements that answer a demand, or what comes nearest where none does."""
    _ask(actor, demand)
    corpus, seen = _offers(actor)
    found = matcher().offers_for(want_of(demand), corpus, _sense(corpus))
    return _ranking(found, seen, len(corpus.index))


def demands_for(achievement: Achievement, actor: Actor) -> Ranking[Demand]:
    """All demands that an achievement may solve, of those the asker may see."""
    _ask(actor, achievement)
    corpus, seen = _wants(actor)
    found = matcher().wants_for(offer_of(achievement), corpus, _sense(corpus))
    return _ranking(found, seen, len(corpus.index))


def strengths_of(thing: Listing) -> dict[int, str]:
    """Primary key → strength of what matching lists for a published record, whoever may see it;
    no answers, for those cost most.
    """
    quick = Matcher(area_of=current_book().area_of, explained=0)
    if isinstance(thing, Demand):
        offers, _ = _offers(SYSTEM)
        found = quick.offers_for(want_of(thing), offers, _sense(offers))
    else:
        assert isinstance(thing, Achievement)
        wants, _ = _wants(SYSTEM)
        found = quick.wants_for(offer_of(thing), wants, _sense(wants))
    return {int(m.id): m.strength for m in found.listed}


def match_text(want: Want, actor: Actor) -> Ranking[Achievement]:
    """Achievements for a demand that is not stored (the API's match call)."""
    corpus, seen = _offers(actor)
    found = matcher().offers_for(want, corpus, _sense(corpus))
    return _ranking(found, seen, len(corpus.index))


def explain(demand: Demand, achievement: Achievement, actor: Actor) -> Match | Refusal:
    """One pair, listed or not: its strength and answers, or the limit that keeps it out."""
    corpus, _ = _offers(actor)
    want, offer = want_of(demand), offer_of(achievement)
    if achievement.state != "published":
        why = Said("match.not_published", state=achievement.state_label)
        return Refusal(offer.id, "state", why)
    return matcher().explain(want, offer, want, corpus, _sense(corpus))
