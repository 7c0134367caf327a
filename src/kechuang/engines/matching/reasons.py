"""What speaks for or against working together, for people: a code with facts each, said in the
reader's language.

None of these makes an achievement relevant. Each may shift the order of what is.
"""

from collections.abc import Collection
from dataclasses import dataclass

from kechuang.engines.base.sayings import Said

from .parties import MODES, Offer, Want

_SHIFT = 0.05  # of a chance: one condition can't lift what is clearly weaker


@dataclass(frozen=True)
class Reason:
    """One condition that is met (``shift`` above 0) or a remark (0).

    ``kind`` is field, maturity, mode or money.
    """

    kind: str
    text: Said
    shift: float = 0.0


def field_reason(want: str, offer: str) -> Reason | None:
    """Same field; or a remark that they differ."""
    if not want or not offer:
        return None
    if want == offer:
        return Reason("field", Said("match.field_same", name=want), _SHIFT)
    return Reason("field", Said("match.field_other", want=want, offer=offer))


def maturity_reason(want: int | None, offer: int | None) -> Reason | None:
    """Mature enough; or a remark how many levels are missing."""
    if want is None or offer is None:
        return None
    if offer >= want:
        return Reason("maturity", Said("match.mature", want=want, offer=offer), _SHIFT)
    return Reason("maturity", Said("match.immature", want=want, offer=offer))


def mode_reason(shared: frozenset[str]) -> Reason | None:
    """The ways of working together that both sides accept."""
    if not shared:
        return None
    return Reason("mode", Said("match.modes", modes=mode_words(shared)), _SHIFT)


def mode_words(modes: Collection[str]) -> list[str]:
    """Ways of working together in words, in the order in which the house names them."""
    return [word for mode, word in MODES.items() if mode in modes]


def money_reason(want: Want, offer: Offer) -> Reason | None:
    """The price stays within the budget; or one of them is open."""
    budget, price = want.budget_fen, offer.price_fen
    if budget is None and price is None:
        return None
    if budget is None or price is None:
        return Reason("money", Said("match.money_open", budget_fen=budget, price_fen=price))
    return Reason("money", Said("match.within_budget", budget_fen=budget, price_fen=price), _SHIFT)
