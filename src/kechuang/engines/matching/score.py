"""The arithmetic of a match: a sum of parts, each between nothing and its weight."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .sense import Spread

_K1, _B = 1.2, 0.75  # Robertson & Zaragoza 2009, the usual constants


@dataclass(frozen=True)
class Weights:
    """How much each part can add; together 1.

    Tried on title queries over CSL (docs/benchmarks.md).
    """

    words: float = 0.46
    sense: float = 0.38
    field: float = 0.06
    maturity: float = 0.04
    mode: float = 0.03
    money: float = 0.03
    sense_floor: float = (
        1.7  # deviations above the mean cosine: 95 in 100 pairs of the samples lie below
    )
    sense_ceiling: float = 4.5


@dataclass(frozen=True)
class Statistics:
    """What BM25 must know of the corpus."""

    documents: int
    frequencies: Mapping[str, int]
    mean_length: float

    def idf(self, word: str) -> float:
        """Inverse document frequency, never negative (Lucene's form)."""
        n = self.frequencies.get(word, 0)
        return math.log(1 + (self.documents - n + 0.5) / (n + 0.5))


def word_shares(
    query: Sequence[str], document: Counter[str], statistics: Statistics
) -> dict[str, float]:
    """What every shared word adds to the words part; the sum is between 0 and 1.

    BM25 of the document divided by the most that any document could reach for this query.
    """
    distinct = set(query)
    most = sum(statistics.idf(w) for w in distinct) * (_K1 + 1)
    if not most:
        return {}
    length = sum(document.values())
    damping = _K1 * (1 - _B + _B * length / max(statistics.mean_length, 1.0))
    return {
        w: statistics.idf(w) * document[w] * (_K1 + 1) / (document[w] + damping) / most
        for w in distinct
        if document[w]
    }


FEWEST = 30  # texts from which a mean and a deviation say something
_PLAIN = (
    0.82,
    0.02,
)  # of this model's cosines between unrelated Chinese abstracts, for smaller stores


def nearness(cosine: float, spread: Spread) -> float:
    """By how many deviations a cosine lies above the mean of this text's cosines."""
    mean, deviation = (spread.mean, spread.deviation) if spread.count >= FEWEST else _PLAIN
    return (cosine - mean) / max(deviation, 1e-6)


def sense_share(near: float, weights: Weights) -> float:
    """Nearness stretched over the range in which it says something, 0 to 1."""
    span = weights.sense_ceiling - weights.sense_floor
    return min(1.0, max(0.0, (near - weights.sense_floor) / span))


def maturity_share(want: int, offer: int) -> float:
    """1 when mature enough, a third less for each level missing."""
    return max(0.0, 1.0 - max(0, want - offer) / 3)
