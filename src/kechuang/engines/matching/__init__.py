"""Who fits whom: achievements for a demand, demands for an achievement; each with the sentences that
answer each need, and silence where nothing fits.
"""

from .answers import Answer, Quote, letter, open_questions, said_of
from .lexical import LexicalIndex
from .match import Corpus, Found, Match, Matcher, Refusal
from .parties import MODES, Offer, Want, read_offer, read_want
from .reading import Need, needs
from .reasons import Reason
from .score import Weights
from .sense import E5Embedder, Embedder, VectorStore

__all__ = [
    "MODES",
    "Answer",
    "Corpus",
    "E5Embedder",
    "Embedder",
    "Found",
    "LexicalIndex",
    "Match",
    "Matcher",
    "Need",
    "Offer",
    "Quote",
    "Reason",
    "Refusal",
    "VectorStore",
    "Want",
    "Weights",
    "letter",
    "needs",
    "open_questions",
    "read_offer",
    "read_want",
    "said_of",
]
