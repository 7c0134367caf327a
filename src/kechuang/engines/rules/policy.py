"""The rules in a notebook: a library of policies, the law of a day as it was known on another,
reforms beside it.

library = Library(book.policies.values())
law = library.at("2026-11-26", known="2026-11-01")
law.run(frame, ["高新技术企业"]); law.explain(given, "高新技术企业"); law.plan(given, "高新技术企业")
law.reform({"认定分数线": ("2027-01-01", one(80))}).compare(law, frame, ["高新技术企业"])
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from . import exact
from .batch import LOW, Run, run
from .gap_batch import gap_batch
from .law import Law, at
from .packs import Action, Given, Overlay, Policy
from .plans import Plans, plans
from .values import Value


@dataclass(frozen=True)
class Library:
    """Policies whose names share one space."""

    policies: tuple[Policy, ...]

    def __init__(self, policies: Iterable[Policy]) -> None:
        object.__setattr__(self, "policies", tuple(policies))

    def at(self, day: date | str, known: date | str | None = None) -> "Policies":
        """The law in force on ``day``, as it was known on ``known`` (else as it is known now)."""
        return Policies(self, _day(day), _day(known) if known else None)


@dataclass(frozen=True)
class Policies:
    """The law of a day, with or without a reform."""

    library: Library
    day: date
    known: date | None = None
    overlay: Overlay | None = None

    @property
    def law(self) -> Law:
        """The law itself."""
        return at(self.library.policies, self.day, self.overlay, self.known)

    def run(self, frame: pl.DataFrame, wanted: Sequence[str]) -> Run:
        """Results for every row; see ``batch.run``."""
        return run(self.law, frame, wanted)

    def explain(self, given: Mapping[str, Value], *wanted: str) -> exact.Answer:
        """Results for one subject with the trace."""
        return exact.assess(self.law, given, wanted)

    def gaps(self, frame: pl.DataFrame, wanted: str) -> pl.DataFrame:
        """For every row and action that the rule's policy declares: the least number of steps
        that suffices, or null.
        """
        law = self.law
        return pl.DataFrame(
            [gap_batch(law, frame, wanted, a).alias(a.name) for a in self._actions(law, wanted)]
        )

    def plan(self, given: Mapping[str, Value], wanted: str) -> Plans:
        """The cheapest mixes of actions for one subject."""
        law = self.law
        return plans(law, given, wanted, self._actions(law, wanted))

    def reform(self, values: Mapping[str, tuple[date | str, Given]], title: str = "") -> "Policies":
        """The same law with parameters said otherwise from a day on.

        Nothing of the library changes.
        """
        said = {n: (_day(since), value) for n, (since, value) in values.items()}
        return Policies(self.library, self.day, self.known, Overlay(said, title))

    def compare(
        self, other: "Policies", frame: pl.DataFrame, wanted: Sequence[str]
    ) -> pl.DataFrame:
        """Per result: how many rows gain and lose against ``other``, and both exact sums (money
        in fen, conditions counted).
        """
        mine, theirs = self.run(frame, wanted), other.run(frame, wanted)
        return pl.DataFrame([_compared(n, theirs, mine) for n in wanted if _whole(n, mine, theirs)])

    def _actions(self, law: Law, wanted: str) -> tuple[Action, ...]:
        return tuple(law.formulas[wanted].policy.actions.values()) if wanted in law.formulas else ()


def _whole(name: str, *runs: Run) -> bool:
    """Conditions and sums of whole units can be compared; shares do not add up."""
    return all(
        r.kinds[name] == "truth" or (r.kinds[name] == "exact" and r.dens[name][0] == 1)
        for r in runs
    )


def _compared(name: str, before: Run, after: Run) -> dict[str, object]:
    column = name if after.kinds[name] == "truth" else f"{name}{LOW}"
    was, now = (r.frame[column].cast(pl.Int128).fill_null(0) for r in (before, after))
    return {
        "rule": name,
        "gain": int((now > was).sum()),
        "lose": int((now < was).sum()),
        "before": sum(was.to_list()),
        "after": sum(now.to_list()),
    }


def _day(day: date | str) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)
