"""Search: one question over every kind of record, with who asks inside it."""

from .index import EVERYBODY, VERSION, Entry, Face, Hit, Reader, Record, SearchIndex, Text
from .marks import best_sentence, marked
from .query import Asked, Unit, fitting, understand
from .suggest import Proposal, propose
from .synonyms import Synonyms

__all__ = [
    "EVERYBODY",
    "VERSION",
    "Asked",
    "Entry",
    "Face",
    "Hit",
    "Proposal",
    "Reader",
    "Record",
    "SearchIndex",
    "Synonyms",
    "Text",
    "Unit",
    "best_sentence",
    "fitting",
    "marked",
    "propose",
    "understand",
]
