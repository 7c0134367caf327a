"""Who fits whom: achievements for a demand, demands for an achievement, with reasons that add up."""

from .lexical import LexicalIndex
from .match import Corpus, Match, Matcher, Refusal
from .parties import MODES, Offer, Want, read_offer, read_want
from .reasons import Reason
from .score import Weights
from .sense import E5Embedder, Embedder, VectorStore

__all__ = [
    "MODES",
    "Corpus",
    "E5Embedder",
    "Embedder",
    "LexicalIndex",
    "Match",
    "Matcher",
    "Offer",
    "Reason",
    "Refusal",
    "VectorStore",
    "Want",
    "Weights",
    "read_offer",
    "read_want",
]
