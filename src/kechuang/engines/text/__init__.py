"""Chinese text made comparable: width, script, words, numerals."""

from .normal import aligned, comparable, normalise, to_simplified, without_controls
from .numerals import parse_number
from .words import Lexicon, cut

__all__ = [
    "Lexicon",
    "aligned",
    "comparable",
    "cut",
    "normalise",
    "parse_number",
    "to_simplified",
    "without_controls",
]
