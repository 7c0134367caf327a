"""Matching itself: candidates by words and by sense, hard constraints, one score, reasons."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from kechuang.engines.base.sayings import Said

from . import reasons
from .lexical import LexicalIndex, words_of
from .parties import Offer, Want, _Party
from .reasons import Reason
from .score import Statistics, Weights, maturity_share, nearness, sense_share, word_shares
from .sense import Spread, Vectors, VectorStore

Party = TypeVar("Party", Offer, Want)
SameField = Callable[[str], str]
MEAN_LENGTH = 120.0  # words of an abstract with its title and keywords


@dataclass(frozen=True)
class Match:
    """One candidate: the score is the sum of the reasons' weights."""

    id: str
    rank: int
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Refusal:
    """Why a candidate is not listed. ``kind``: mode, money, or far (nothing in common)."""

    id: str
    kind: str
    text: Said
    score: float = 0.0  # what it would have been worth


@dataclass(frozen=True)
class Corpus(Generic[Party]):
    """The other side: where to look for candidates and how to get their facts.

    ``fetch`` returns only what the asker may see; what it leaves out does not exist in the answer.
    """

    index: LexicalIndex
    vectors: VectorStore
    fetch: Callable[[Sequence[str]], Mapping[str, Party]]


@dataclass(frozen=True)
class Matcher:
    """Matches one party against a corpus of the other kind.

    Args:
        weights: See `Weights`.
        area_of: Maps a field or discipline to a common area, so that they can be compared.
        breadth: How many candidates each way of looking hands over.
    """

    weights: Weights = field(default_factory=Weights)
    area_of: SameField = str
    breadth: int = 150

    def offers_for(
        self, want: Want, corpus: Corpus[Offer], vector: Vectors | None = None
    ) -> tuple[list[Match], list[Refusal]]:
        """Achievements for a demand: ranked matches, and those that a hard constraint keeps out."""
        return self._run(want, corpus, vector, lambda offer: (want, offer))

    def wants_for(
        self, offer: Offer, corpus: Corpus[Want], vector: Vectors | None = None
    ) -> tuple[list[Match], list[Refusal]]:
        """Demands for an achievement."""
        return self._run(offer, corpus, vector, lambda want: (want, offer))

    def judge(
        self,
        want: Want,
        offer: Offer,
        asked: Sequence[str],
        statistics: Statistics,
        found: Sequence[str],
        cosine: float | None,
        spread: Spread,
    ) -> tuple[float, tuple[Reason, ...]]:
        """Score and reasons of one pair; ``asked`` and ``found`` are the words of either side."""
        w = self.weights
        shares = word_shares(asked, _counted(tuple(found)), statistics)
        shared = want.modes & offer.modes
        near = nearness(cosine, spread) if cosine is not None else 0.0
        maturity = maturity_share(want.trl, offer.trl) if want.trl and offer.trl else 0.0
        parts = (
            reasons.words_reason(shares, w.words * sum(shares.values())),
            reasons.sense_reason(cosine, near, w.sense * sense_share(near, w)),
            reasons.field_reason(self.area_of(want.field), self.area_of(offer.field), w.field),
            reasons.maturity_reason(want.trl, offer.trl, w.maturity * maturity),
            reasons.mode_reason(shared, w.mode),
            reasons.money_reason(want, offer, w.money),
        )
        given = tuple(sorted((p for p in parts if p), key=lambda r: -r.weight))
        return sum(r.weight for r in given), given

    def _run(
        self,
        asker: _Party,
        corpus: Corpus[Party],
        vector: Vectors | None,
        pair: Callable[[Party], tuple[Want, Offer]],
    ) -> tuple[list[Match], list[Refusal]]:
        asked = list(dict.fromkeys(words_of(asker)))
        ids = [i for i, _ in corpus.index.search(asked, self.breadth)]
        if vector is not None:
            ids += [i for i, _ in corpus.vectors.nearest(vector, self.breadth)]
        fetched = corpus.fetch(list(dict.fromkeys(ids)))
        statistics, spread = _statistics(corpus.index, asked), _spread(corpus.vectors, vector)
        scored: list[tuple[float, str, tuple[Reason, ...]]] = []
        refused: list[Refusal] = []
        for identity, candidate in fetched.items():
            want, offer = pair(candidate)
            cosine = corpus.vectors.cosine(identity, vector) if vector is not None else None
            if refusal := hard_constraint(want, offer):
                worth, _ = self.judge(
                    want, offer, asked, statistics, _words(candidate), cosine, spread
                )
                refused.append(Refusal(identity, *refusal, worth))
                continue
            score, given = self.judge(
                want, offer, asked, statistics, _words(candidate), cosine, spread
            )
            scored.append((score, identity, given))
        scored.sort(key=lambda s: (-s[0], s[1]))
        refused.sort(key=lambda r: (-r.score, r.id))
        return [Match(i, n, s, g) for n, (s, i, g) in enumerate(scored, 1)], refused

    def explain(
        self, want: Want, offer: Offer, asker: _Party, corpus: Corpus[Party], vector: Vectors | None
    ) -> Match | Refusal:
        """One named pair: the match it would be, or the constraint that keeps it out."""
        other = offer if asker is want else want
        if refusal := hard_constraint(want, offer):
            return Refusal(other.id, *refusal)
        asked = list(dict.fromkeys(words_of(asker)))
        cosine = corpus.vectors.cosine(other.id, vector) if vector is not None else None
        score, given = self.judge(
            want,
            offer,
            asked,
            _statistics(corpus.index, asked),
            words_of(other),
            cosine,
            _spread(corpus.vectors, vector),
        )
        return Match(other.id, 0, score, given)


def hard_constraint(want: Want, offer: Offer) -> tuple[str, Said] | None:
    """What rules a pair out whatever its likeness: no mode in common, or a price beyond the budget.

    Unknown is not a refusal: a side that names no modes or no amount can still be talked to.
    """
    if want.modes and offer.modes and not want.modes & offer.modes:
        wanted, offered = reasons.mode_words(want.modes), reasons.mode_words(offer.modes)
        return "mode", Said("match.no_mode_in_common", wanted=wanted, offered=offered)
    budget, price = want.budget_fen, offer.price_fen
    if budget is not None and price is not None and price > budget:
        return "money", Said("match.beyond_budget", budget_fen=budget, price_fen=price)
    return None


def _spread(store: VectorStore, vector: Vectors | None) -> Spread:
    return store.spread(vector) if vector is not None else Spread(0.0, 0.0, 0)


def _statistics(index: LexicalIndex, words: Iterable[str]) -> Statistics:
    return Statistics(max(len(index), 1), index.document_frequencies(words), MEAN_LENGTH)


def _words(party: _Party) -> tuple[str, ...]:
    return _cached_words(party.title, party.keywords, party.text)


@lru_cache(maxsize=20_000)
def _cached_words(title: str, keywords: tuple[str, ...], text: str) -> tuple[str, ...]:
    return tuple(words_of(_Party(id="", title=title, keywords=keywords, text=text)))


@lru_cache(maxsize=20_000)
def _counted(words: tuple[str, ...]) -> Counter[str]:
    return Counter(words)
