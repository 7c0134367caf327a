"""Checks of a book's policies: names, units, circles, bounds, and the examples, run."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from kechuang.engines.base.sayings import Said
from kechuang.engines.rules import Policy
from kechuang.engines.rules.check import check, run_case

from .desk import Desk, Problem
from .lines import Lined
from .schemas import Book


def days_of(policies: Iterable[Policy]) -> list[date]:
    """Every day on which anything changes, and the days before: the days that a check must look at."""
    found: set[date] = set()
    for p in policies:
        found |= {p.start} | ({p.end + timedelta(1)} if p.end else set())
        found |= {d for x in p.parameters.values() for d, _ in x.versions}
        found |= {d for r in p.rules.values() for d, _, _ in r.versions}
    return sorted(found)


def check_policies(book: Book, folder: Path, desk: Desk) -> None:
    """Names, units, circles, bounds and examples of every policy in the stack; each with file and
    line.
    """
    policies = tuple(book.policies.values())
    for found in check(policies, days_of(policies)):
        home = folder.parent / book.policies[found.policy].book / "policies" / found.policy
        at = desk.homes.get((found.policy, found.where, found.key))
        desk.complain(at or Lined.empty(home / f"{found.where}.yaml"), found.key, found.words)
    if not desk.problems:
        for policy in policies:
            desk.problems += _failed(policies, policy, folder.parent / policy.book)


def _failed(policies: tuple[Policy, ...], policy: Policy, folder: Path) -> list[Problem]:
    path = folder / "policies" / policy.id / "cases.yaml"
    if not policy.cases:
        return [Problem(path, 1, Said("book.no_cases"))]
    return [
        Problem(path, case.line, Said("book.case", case=case.about, error=words))
        for case in policy.cases
        for words in run_case(policies, policy, case)
    ]
