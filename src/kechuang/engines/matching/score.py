"""The arithmetic of a match: how far a candidate stands out for this demand, and what that is worth.

Two signs are added: the square root of BM25 over pairs of characters (what is written alike), and
the cosine of the meanings in deviations above what any text has for this demand (what is meant
alike). Their sum orders the candidates. How much one can rely on it is told by how far it stands
above the crowd of the next: when the right answer is not in the library, something is always
first, but it doesn't stand out. Chance is read off a logistic curve fitted on judged demands
(docs/benchmarks.md has the table of what was promised and what came).
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

STRONG, POSSIBLE, NONE = "strong", "possible", ""


@dataclass(frozen=True)
class Weights:
    """What counts how much. Fitted on judged demands; tried by benchmarks/judged.py."""

    written: float = 1.3  # a point of the square root of BM25, in deviations of the cosine
    unwritten: float = 0.9  # of the last listed BM25 root is given to what shares less
    slope: float = 0.835  # of the logistic curve over standing out
    middle: float = 6.68  # standing out at which the chance is one half
    strong: float = 0.4
    possible: float = 0.2


CROWD = slice(10, 40)  # ranks of a candidate list that are the crowd
FEWEST_IN_CROWD = 5


def crowd_level(ordered: Sequence[float]) -> float | None:
    """The level of the crowd in scores that fall; None where there are too few to be one."""
    crowd = ordered[CROWD]
    return statistics.fmean(crowd) if len(crowd) >= FEWEST_IN_CROWD else None


def chance(standing: float, weights: Weights) -> float:
    """The chance, 0 to 1, that a candidate which stands out so far answers the demand."""
    exponent = min(60.0, max(-60.0, -weights.slope * (standing - weights.middle)))
    return 1 / (1 + math.exp(exponent))


def strength(chance_of: float, weights: Weights) -> str:
    """strong, possible, or nothing at all."""
    if chance_of >= weights.strong:
        return STRONG
    return POSSIBLE if chance_of >= weights.possible else NONE
