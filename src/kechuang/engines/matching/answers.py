"""Which need of a demand is answered by which sentence of an achievement, both quoted.

What a reader is shown are two sentences side by side and a mark: said, partly, not met (a figure
against a figure), or not said. Nothing is claimed that the two sentences don't show.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kechuang.engines.base.sayings import Said

from .lexical import pairs
from .parties import _Party
from .quantities import Figure, answers, figures
from .reading import Need, sentences
from .sense import Vectors

SAID, PARTLY, NOT_MET, UNSAID = "said", "partly", "not_met", "unsaid"
Similar = Callable[[Sequence[str], Sequence[str]], Vectors]
"""Likeness of meaning of needs (rows) and sentences (columns), about 0 for strangers, 1 for the same."""

_SAID, _PARTLY = 0.30, 0.17  # read off pairs judged by eye (docs/benchmarks.md)
_WRITTEN, _MEANT = 0.55, 0.45
_WAS = re.compile(r"(?:从|由|原来?|原先|现有?|以前)(?:的|是|为)?\s*$")  # "from 6.0 mm": what was
TITLE = "title"


@dataclass(frozen=True)
class Quote:
    """A sentence of an achievement; ``where`` is title or text, ``start`` its place there."""

    text: str
    where: str
    start: int


@dataclass(frozen=True)
class Answer:
    """What an achievement says to one need.

    ``verdict``: said, partly, not_met (the figures disagree) or unsaid; ``quote`` is None when
    unsaid. ``asked`` and ``offered`` are the figures laid side by side, where there are two.
    """

    need: Need
    verdict: str
    quote: Quote | None = None
    asked: Figure | None = None
    offered: Figure | None = None
    likeness: float = 0.0


def quotes_of(party: _Party) -> list[Quote]:
    """The sentences of an achievement that can be quoted; a title cut from its text is none."""
    found = [Quote(s.text, "text", s.start) for s in sentences(party.text)]
    title = party.title.strip()
    if title and not party.text.startswith(title):
        found.insert(0, Quote(title, TITLE, 0))
    return found


def answers_of(
    needs: Sequence[Need],
    party: _Party,
    weight: Callable[[str], float],
    similar: Similar | None = None,
) -> list[Answer]:
    """One answer for each need.

    Args:
        needs: What the demand asks for.
        party: The achievement.
        weight: How much a pair of characters says (its inverse document frequency).
        similar: Likeness of meaning, where vectors can be made; without it words alone decide.
    """
    quotes = quotes_of(party)
    if not quotes:
        return [Answer(n, UNSAID) for n in needs]
    written: Vectors = np.array(
        [[_shared(n.text, q.text, weight) for q in quotes] for n in needs], dtype=np.float32
    )
    likeness: Vectors = written
    if similar is not None:
        meant = similar([n.text for n in needs], [q.text for q in quotes])
        likeness = (_WRITTEN * written + _MEANT * np.maximum(meant, 0.0)).astype(np.float32)
    return [_answer(n, quotes, likeness[i]) for i, n in enumerate(needs)]


def _shared(need: str, sentence: str, weight: Callable[[str], float]) -> float:
    """The share of what a need says that a sentence says too, square-rooted, by weight."""
    asked, said = set(pairs(need)), set(pairs(sentence))
    total = sum(weight(p) for p in asked)
    return math.sqrt(sum(weight(p) for p in asked & said) / total) if total else 0.0


def _answer(need: Need, quotes: Sequence[Quote], likeness: Vectors) -> Answer:
    order = np.argsort(-likeness, kind="stable")
    best = int(order[0])
    level = float(likeness[best])
    for place in order[:3]:
        if likeness[place] < max(_PARTLY, 0.6 * level):
            break
        laid = _side_by_side(need, quotes[int(place)])
        if laid:
            asked, offered, met = laid
            verdict = SAID if met else NOT_MET
            return Answer(need, verdict, quotes[int(place)], asked, offered, float(likeness[place]))
    if level < _PARTLY:
        return Answer(need, UNSAID, likeness=level)
    wants_figure = any(f.bound in ("least", "most") for f in need.figures)
    said = level >= _SAID and not wants_figure
    return Answer(need, SAID if said else PARTLY, quotes[best], likeness=level)


def _side_by_side(need: Need, quote: Quote) -> tuple[Figure, Figure, bool] | None:
    """A bound of the need and a figure of the sentence in the same dimension, and whether it holds.

    Only where both speak of the same thing: the word before the figure has to be shared.
    """
    for asked in need.figures:
        if asked.bound not in ("least", "most"):
            continue
        for offered in figures(quote.text):
            if _WAS.search(quote.text[: offered.start]):
                continue
            met = answers(asked, offered)
            if met is not None and _same_thing(need, asked, quote, offered):
                return asked, offered, met
    return None


def _same_thing(need: Need, asked: Figure, quote: Quote, offered: Figure) -> bool:
    before = set(pairs(need.text[max(0, asked.start - 14) : asked.start]))
    other = set(pairs(quote.text[max(0, offered.start - 14) : offered.start]))
    return bool(before & other)


def said_of(answer: Answer) -> Said:
    """An answer as a sentence, both sides quoted."""
    need = answer.need.text
    if answer.quote is None:
        return Said("match.unsaid", need=need)
    facts = {"need": need, "quote": answer.quote.text}
    if answer.asked and answer.offered:
        facts |= {"asked": answer.asked.printed, "offered": answer.offered.printed}
        return Said("match.figure_met" if answer.verdict == SAID else "match.not_met", **facts)
    return Said("match.said" if answer.verdict == SAID else "match.partly", **facts)


def letter(demand: str, achievement: str, found: Sequence[Answer]) -> str:
    """One Chinese paragraph to copy into a letter: what is answered by what, what is to be asked."""
    told = [a for a in found if a.quote is not None and a.verdict in (SAID, PARTLY)]
    told.sort(key=lambda a: (a.verdict != SAID, -a.likeness))
    sentences_ = [
        f"您提到“{_short(a.need.text)}”，原文有“{_short(a.quote.text)}”"
        for a in told[:3]
        if a.quote
    ]
    ask = [_short(n.text) for n in open_questions(found)[:2]]
    text = f"关于“{demand}”，可以看看“{achievement}”。"
    if sentences_:
        text += "；".join(sentences_) + "。"
    if ask:
        text += "还要问一问：" + "；".join(f"“{q}”能否做到" for q in ask) + "？"
    return text


def _short(text: str, longest: int = 70) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def weights_from(documents: int, frequencies: Mapping[str, int]) -> Callable[[str], float]:
    """How much a pair says, from in how many of ``documents`` it stands (BM25's, never negative)."""

    def weight(pair: str) -> float:
        """What one pair says."""
        n = frequencies.get(pair, 0)
        return math.log(1 + (documents - n + 0.5) / (n + 0.5))

    return weight


def open_questions(found: Sequence[Answer]) -> list[Need]:
    """The needs to ask the owner about: figures not met first, then what nothing was said of."""
    not_met = [a.need for a in found if a.verdict == NOT_MET]
    unsaid = [a.need for a in found if a.verdict == UNSAID]
    partly = [a.need for a in found if a.verdict == PARTLY and a.need.figures]
    return [*not_met, *unsaid, *partly]
