"""Reasons for people: a code with facts each, said in the reader's language.

Each carries the part of the score that it stands for, so that reasons add up.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kechuang.engines.base.sayings import Said

from .parties import MODES, Offer, Want


@dataclass(frozen=True)
class Reason:
    """One reason for (weight > 0) or against (weight 0, a remark) a match.

    ``kind`` is words, sense, field, maturity, mode or money; ``weight`` is its part of the score.
    """

    kind: str
    text: Said
    weight: float


def words_reason(shares: Mapping[str, float], weight: float) -> Reason | None:
    """Shared words, the weightiest first; parts of a longer shared word are not named again."""
    if not shares:
        return None
    named: list[str] = []
    for word in sorted(shares, key=lambda w: (-shares[w], -len(w), w)):
        if not any(word in longer or longer in word for longer in named):
            named.append(word)
        if len(named) == 6:
            break
    return Reason("words", Said("match.words", words=named), weight)


def sense_reason(cosine: float | None, near: float, weight: float) -> Reason | None:
    """Nearness of meaning, or that it is not known yet; nothing when a text is as near as any
    other.
    """
    if cosine is None:
        return Reason("sense", Said("match.sense_pending"), 0.0)
    if weight <= 0:
        return None
    facts = {"cosine": f"{cosine:.2f}", "near": f"{near:.1f}"}
    if near >= 3.5:
        return Reason("sense", Said("match.sense_very_near", **facts), weight)
    if near >= 2.5:
        return Reason("sense", Said("match.sense_near", **facts), weight)
    return Reason("sense", Said("match.sense_somewhat_near", **facts), weight)


def field_reason(want: str, offer: str, weight: float) -> Reason | None:
    """Same field; or a remark that they differ."""
    if not want or not offer:
        return None
    if want == offer:
        return Reason("field", Said("match.field_same", name=want), weight)
    return Reason("field", Said("match.field_other", want=want, offer=offer), 0.0)


def maturity_reason(want: int | None, offer: int | None, weight: float) -> Reason | None:
    """Mature enough; or a remark how many levels are missing."""
    if want is None or offer is None:
        return None
    if offer >= want:
        return Reason("maturity", Said("match.mature", want=want, offer=offer), weight)
    return Reason("maturity", Said("match.immature", want=want, offer=offer), weight)


def mode_reason(shared: frozenset[str], weight: float) -> Reason | None:
    """The ways of working together that both sides accept."""
    if not shared:
        return None
    return Reason("mode", Said("match.modes", modes=mode_words(shared)), weight)


def mode_words(modes: Collection[str]) -> list[str]:
    """Ways of working together in words, in the order in which the house names them."""
    return [word for mode, word in MODES.items() if mode in modes]


def money_reason(want: Want, offer: Offer, weight: float) -> Reason | None:
    """The price stays within the budget; or one of them is open."""
    budget, price = want.budget_fen, offer.price_fen
    if budget is None and price is None:
        return None
    if budget is None or price is None:
        return Reason("money", Said("match.money_open", budget_fen=budget, price_fen=price), 0.0)
    return Reason("money", Said("match.within_budget", budget_fen=budget, price_fen=price), weight)
