"""Reasons in words.

Each carries the part of the score that it stands for, so that reasons add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kechuang.engines.base.money import say_fen

from .parties import MODES, Offer, Want


@dataclass(frozen=True)
class Reason:
    """One reason for (weight > 0) or against (weight 0, a remark) a match.

    ``kind`` is words, sense, field, maturity, mode or money; ``weight`` is its part of the score.
    """

    kind: str
    text: str
    weight: float
    facts: Mapping[str, object] = field(default_factory=dict)


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
    return Reason("words", f"共同用词：{'、'.join(named)}", weight, {"words": named})


def sense_reason(cosine: float | None, near: float, weight: float) -> Reason | None:
    """Nearness of meaning, or that it is not known yet; nothing when a text is as near as any
    other.
    """
    if cosine is None:
        return Reason("sense", "语义尚未计算，仅按用词比较", 0.0, {"pending": True})
    if weight <= 0:
        return None
    level = "很近" if near >= 3.5 else "较近" if near >= 2.5 else "略近"
    return Reason(
        "sense",
        f"语义{level}（{cosine:.2f}，高出一般 {near:.1f} 个标准差）",
        weight,
        {"cosine": round(cosine, 4), "level": level, "near": round(near, 2)},
    )


def field_reason(want: str, offer: str, weight: float) -> Reason | None:
    """Same field; or a remark that they differ."""
    if not want or not offer:
        return None
    if want == offer:
        return Reason("field", f"同属{want}", weight, {"field": want})
    return Reason(
        "field", f"领域不同：需求属{want}，成果属{offer}", 0.0, {"want": want, "offer": offer}
    )


def maturity_reason(want: int | None, offer: int | None, weight: float) -> Reason | None:
    """Mature enough; or a remark how many levels are missing."""
    if want is None or offer is None:
        return None
    facts = {"want": want, "offer": offer}
    if offer >= want:
        return Reason("maturity", f"成熟度 TRL {offer}，达到要求的 {want}", weight, facts)
    return Reason("maturity", f"成熟度 TRL {offer}，低于要求的 {want}", weight, facts)


def mode_reason(shared: frozenset[str], weight: float) -> Reason | None:
    """The ways of working together that both sides accept."""
    if not shared:
        return None
    words = [MODES[m] for m in MODES if m in shared]
    return Reason("mode", f"双方都接受{'、'.join(words)}", weight, {"modes": sorted(shared)})


def money_reason(want: Want, offer: Offer, weight: float) -> Reason | None:
    """The price stays within the budget; or one of them is open."""
    if want.budget_fen is None and offer.price_fen is None:
        return None
    facts = {"budget_fen": want.budget_fen, "price_fen": offer.price_fen}
    if want.budget_fen is None or offer.price_fen is None:
        return Reason(
            "money", f"预算{say_fen(want.budget_fen)}，报价{say_fen(offer.price_fen)}", 0.0, facts
        )
    return Reason(
        "money",
        f"报价{say_fen(offer.price_fen)}，在预算{say_fen(want.budget_fen)}以内",
        weight,
        facts,
    )
