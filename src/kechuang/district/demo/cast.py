"""Who plays in the demo: the accounts, and the organisations whose people they are."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from kechuang.district.accounts.models import User
from kechuang.district.core.actor import Actor
from kechuang.simulation import District

from .bringing import Known
from .people import People, add_people


@dataclass
class Cast:
    """The accounts, once they are there, by the first part of their address."""

    made: District
    known: Known
    people: People | None = None

    def __getitem__(self, name: str) -> Actor:
        assert self.people
        return self.people.actors[name]

    def user(self, name: str) -> User:
        assert self.people
        return self.people.users[name]

    @cached_property
    def firm(self) -> str:
        """The credit code of the enterprise's firm: there from the beginning, and of those the one
        with most demands that stand open.
        """
        old = {f.party.code for f in self.made.firms if f.founded_on.year < self.made.first}
        asked = [w.owner for w in self.made.wants if w.state == "published" and w.owner in old]
        return Counter(asked).most_common(1)[0][0]

    @cached_property
    def university(self) -> str:
        """The credit code of the researcher's university: it has most results."""
        codes = {p.code for p in self.made.parties if p.kind == "university"}
        return Counter(o.owner for o in self.made.offers if o.owner in codes).most_common(1)[0][0]

    def enter(self, at: datetime) -> None:
        """The accounts, as soon as their organisations are there."""
        held = self.known.organisations
        kinds = {p.kind: held[p.code] for p in reversed(self.made.parties)}
        homes = {
            "bureau": kinds["bureau"],
            "broker": kinds["centre"],
            "enterprise": held[self.firm],
            "researcher": held[self.university],
            "reviewer": kinds["institute"],
        }
        self.people = add_people(homes, at)
