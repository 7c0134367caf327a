"""Chinese text made comparable: width, script, words."""

from .normal import comparable, normalise, to_simplified
from .words import Lexicon, cut

__all__ = ["Lexicon", "comparable", "cut", "normalise", "to_simplified"]
