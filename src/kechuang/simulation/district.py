"""A whole district out of one seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from . import deals, figures, firms, market
from .dice import dice
from .shapes import (
    Approval,
    Certificate,
    Deal,
    Firm,
    Ground,
    Notice,
    Offer,
    Party,
    Report,
    Want,
    Year,
)


@dataclass(frozen=True)
class District:
    """The rows, each kind in the order of its days. ``parties`` are the bodies that are no firms."""

    today: date
    first: int
    seed: int
    parties: tuple[Party, ...]
    firms: tuple[Firm, ...]
    certificates: tuple[Certificate, ...]
    offers: tuple[Offer, ...]
    wants: tuple[Want, ...]
    deals: tuple[Deal, ...]
    approvals: tuple[Approval, ...]
    notices: tuple[Notice, ...]
    reports: tuple[Report, ...]

    def years(self) -> Iterator[Year]:
        """Yearly returns, firm by firm; they are many, so nobody keeps them."""
        for firm in self.firms:
            own = dice(self.seed, f"years {firm.rank}")
            yield from firms.years(firm, self.first, self.today, own)


def simulate(ground: Ground, today: date, *, first: int, seed: int = 7, scale: int = 1) -> District:
    """A district whose history begins with a year and ends today.

    Args:
        ground: Where it lies.
        first: The year in which its history begins: that of the first plan.
        seed: Which of the possible districts.
        scale: How many times the size of a district.
    """

    parties = tuple(firms.bodies())
    held = tuple(firms.firms(ground, first, today, scale, dice(seed, "firms")))
    owners = market.owners(parties, held)
    offered = tuple(market.offers(owners, first, today, scale, seed))
    certified = tuple(firms.certificates(held, first, today, dice(seed, "certificates")))
    return District(
        today,
        first,
        seed,
        parties,
        held,
        certified,
        offered,
        tuple(market.wants(held, offered, first, today, scale, seed)),
        tuple(deals.deals(held, owners, first, today, scale, dice(seed, "deals"))),
        tuple(figures.approvals(parties, first, today)),
        tuple(figures.notices(ground, certified, first, today, dice(seed, "notices"))),
        tuple(figures.reports(first, today)),
    )
