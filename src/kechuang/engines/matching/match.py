"""Matching itself: candidates by what is written and by what is meant, one order, honest strength."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import numpy as np

from kechuang.engines.base.sayings import Said

from . import reasons
from .answers import Answer, Similar, answers_of, weights_from
from .lexical import LexicalIndex, pairs
from .parties import Offer, Want, _Party
from .reading import needs, parts
from .reasons import Reason
from .score import NONE, Weights, chance, crowd_level, strength
from .sense import Embedder, Vectors, VectorStore, unit

Party = TypeVar("Party", Offer, Want)
SameField = Callable[[str], str]
EXPLAINED = 10  # so many candidates, the first, are given with their answers
BY_MEANING = 5  # of them with sentences compared by meaning too, which costs an embedding each
SMALL = 60  # texts below which a library has no crowd to stand out of
_SHARE, _USUAL_SHARE = 36.0, 0.08  # of its pairs a text shares with any other; in a small library


@dataclass(frozen=True)
class Match:
    """One candidate.

    Attributes:
        chance: That it answers the demand, 0 to 1.
        strength: strong, possible, or empty when it is not to be listed.
        answers: What it says to each need (the first candidates only).
        reasons: What speaks for or against working together: field, maturity, modes, money.
    """

    id: str
    rank: int
    chance: float
    strength: str
    answers: tuple[Answer, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why a candidate is not listed. ``kind``: mode, money or state.

    ``chance`` and ``strength`` are what it would have had.
    """

    id: str
    kind: str
    text: Said
    chance: float = 0.0
    strength: str = NONE


@dataclass(frozen=True)
class Found:
    """The answer to one asker: all candidates in order, and what a limit keeps out.

    ``listed`` are those that stand out; where it is empty, nothing fits, and ``nearest`` says what
    comes closest.
    """

    candidates: tuple[Match, ...]
    refused: tuple[Refusal, ...]

    @property
    def listed(self) -> tuple[Match, ...]:
        """Those that stand out, strong before possible."""
        return tuple(m for m in self.candidates if m.strength)

    @property
    def nearest(self) -> tuple[Match, ...]:
        """Of the first three, those that are not listed."""
        return tuple(m for m in self.candidates[:3] if not m.strength)


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
        explained: How many candidates, the first, are given with their answers.
    """

    weights: Weights = field(default_factory=Weights)
    area_of: SameField = str
    breadth: int = 100
    explained: int = EXPLAINED

    def offers_for(
        self, want: Want, corpus: Corpus[Offer], embedder: Embedder | None = None
    ) -> Found:
        """Achievements for a demand."""
        return self._run(want, parts(want.title, _said(want)), corpus, embedder)

    def wants_for(
        self, offer: Offer, corpus: Corpus[Want], embedder: Embedder | None = None
    ) -> Found:
        """Demands for an achievement."""
        return self._run(offer, [offer.whole], corpus, embedder)

    def explain(
        self,
        want: Want,
        offer: Offer,
        asker: _Party,
        corpus: Corpus[Party],
        embedder: Embedder | None,
    ) -> Match | Refusal:
        """One named pair: the match it would be, or the limit that keeps it out."""
        texts = parts(want.title, _said(want)) if asker is want else [offer.whole]
        found = self._run(asker, texts, corpus, embedder)
        other = offer if asker is want else want
        for refusal in found.refused:
            if refusal.id == other.id:
                return refusal
        if limit := hard_constraint(want, offer):
            return Refusal(other.id, *limit)
        known = next(
            (m for m in found.candidates if m.id == other.id), Match(other.id, 0, 0.0, NONE)
        )
        return known if known.answers else self._explained(known, want, offer, corpus, embedder)

    def _run(
        self, asker: _Party, texts: Sequence[str], corpus: Corpus[Party], embedder: Embedder | None
    ) -> Found:
        scores = self._scores(texts, corpus, embedder)
        order = sorted(scores, key=lambda i: (-scores[i], i))
        fetched = corpus.fetch(order)
        ordered = [i for i in order if i in fetched]
        level = crowd_level([scores[i] for i in ordered]) if len(corpus.index) >= SMALL else 0.0
        if level is None:
            level = min((scores[i] for i in ordered), default=0.0)
        matches: list[Match] = []
        refused: list[Refusal] = []
        for identity in ordered:
            want, offer = _pair(asker, fetched[identity])
            sure = chance(scores[identity] - level, self.weights)
            strong = strength(sure, self.weights)
            if limit := hard_constraint(want, offer):
                refused.append(Refusal(identity, *limit, sure, strong))
                continue
            matches.append(Match(identity, 0, sure, strong, (), self._conditions(want, offer)))
        ranked: list[Match] = [replace(m, rank=n) for n, m in enumerate(_shifted(matches), 1)]
        told: list[Match] = [
            self._explained(
                m,
                *_pair(asker, fetched[m.id]),
                corpus,
                embedder if m.strength and m.rank <= BY_MEANING else None,
            )
            for m in ranked[: self.explained]
        ]
        return Found((*told, *ranked[self.explained :]), tuple(refused))

    def _scores(
        self, texts: Sequence[str], corpus: Corpus[Party], embedder: Embedder | None
    ) -> dict[str, float]:
        """What each candidate is worth to the part of the demand that it answers best."""
        best: dict[str, float] = {}
        vectors = embedder.queries(texts) if embedder and len(corpus.vectors) else None
        for number, text in enumerate(texts):
            seen = None
            if vectors is not None and embedder is not None:
                seen = unit(vectors[number] - embedder.middle)
            for identity, score in self._part(text, corpus, seen).items():
                best[identity] = max(score, best.get(identity, score))
        return best

    def _part(self, text: str, corpus: Corpus[Party], seen: Vectors | None) -> dict[str, float]:
        words = list(dict.fromkeys(pairs(text)))
        hits = corpus.index.search(words, self.breadth)
        written: dict[str, float]
        if len(corpus.index) < SMALL:
            written, least = _shares(words, corpus, hits), 0.0
        else:
            written = {i: self.weights.written * score**0.5 for i, score in hits}
            least = min(written.values(), default=0.0) * self.weights.unwritten
        if seen is None:
            return written
        near: list[str] = [i for i, _ in corpus.vectors.nearest(seen, self.breadth)]
        ids = list(dict.fromkeys([*written, *near]))
        scores = {i: written.get(i, least) for i in ids}
        spread = corpus.vectors.spread(seen)
        for i, cosine in zip(ids, corpus.vectors.cosines(ids, seen), strict=True):
            scores[i] += 0.0 if np.isnan(cosine) else spread.away(float(cosine))
        return scores

    def _conditions(self, want: Want, offer: Offer) -> tuple[Reason, ...]:
        found = (
            reasons.field_reason(self.area_of(want.field), self.area_of(offer.field)),
            reasons.maturity_reason(want.trl, offer.trl),
            reasons.mode_reason(want.modes & offer.modes),
            reasons.money_reason(want, offer),
        )
        return tuple(r for r in found if r)

    def _explained(
        self,
        match: Match,
        want: Want,
        offer: Offer,
        corpus: Corpus[Party],
        embedder: Embedder | None,
    ) -> Match:
        asked = needs(want.title, want.text)
        words = {p for n in asked for p in pairs(n.text)}
        weight = weights_from(max(len(corpus.index), 1), corpus.index.document_frequencies(words))
        similar = _similar(embedder) if embedder else None
        answers = tuple(answers_of(asked, offer, weight, similar))
        return replace(
            match, answers=answers, reasons=match.reasons or self._conditions(want, offer)
        )


def _said(want: Want) -> str:
    return "。".join(p for p in ("，".join(want.keywords), want.text) if p)


def _pair(asker: _Party, other: _Party) -> tuple[Want, Offer]:
    if isinstance(asker, Want) and isinstance(other, Offer):
        return asker, other
    if isinstance(asker, Offer) and isinstance(other, Want):
        return other, asker
    raise TypeError("a demand and an achievement make a pair")


def _shares(
    words: Sequence[str], corpus: Corpus[Party], hits: Sequence[tuple[str, float]]
) -> dict[str, float]:
    """In a small library rarity says nothing: how much of the asker's text stands in each."""
    fetched, asked = corpus.fetch([i for i, _ in hits]), set(words)
    share = {i: len(asked & set(pairs(p.whole))) / len(asked) for i, p in fetched.items()}
    return {i: _SHARE * max(0.0, s - _USUAL_SHARE) for i, s in share.items()}


def _shifted(matches: list[Match]) -> list[Match]:
    """Conditions move what is listed among itself; nothing is made relevant by them."""

    def worth(m: Match) -> float:
        """Its chance, shifted by the conditions that are met."""
        return m.chance + sum(r.shift for r in m.reasons) if m.strength else m.chance

    order = ("strong", "possible", NONE)
    return sorted(matches, key=lambda m: (order.index(m.strength), -worth(m), m.id))


def _similar(embedder: Embedder) -> Similar:
    def similar(asked: Sequence[str], said: Sequence[str]) -> Vectors:
        """Cosines of needs and sentences, each seen from the middle of its kind."""
        rows = embedder.queries(asked) - embedder.middle
        columns = embedder.passages(said) - embedder.passage_middle
        found: Vectors = unit(rows) @ unit(columns).T
        return found

    return similar


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
