"""Checks of a book's policies: names, units, circles, bounds, sources, and the examples, run."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from kechuang.engines.base.sayings import Said
from kechuang.engines.rules import Policy
from kechuang.engines.rules.check import check, run_case

from .desk import Problem
from .schemas import Book


def days_of(policies: Iterable[Policy]) -> list[date]:
    """Every day on which anything changes, and the days before: the days that a check must look at."""
    found: set[date] = set()
    for p in policies:
        found |= {p.start} | ({p.end + timedelta(1)} if p.end else set())
        found |= {d for x in p.parameters.values() for d, _ in x.versions}
        found |= {d for r in p.rules.values() for d, _, _ in r.versions}
    return sorted(found)


def check_policies(book: Book, folder: Path) -> list[Problem]:
    """Names, units, circles, bounds, sources and examples of every policy in the stack; each with
    file and line.
    """
    policies = tuple(book.policies.values())
    complaints = check(policies, days_of(policies))
    problems = [_placed(folder, book, c.policy, c.where, c.key, c.words) for c in complaints]
    for policy in policies:
        for where, listed in (("parameters", policy.parameters), ("rules", policy.rules)):
            problems += [
                _placed(
                    folder,
                    book,
                    policy.id,
                    where,
                    x.name,
                    Said("book.no_source", source=x.source),
                )
                for x in listed.values()
                if x.source not in book.sources
            ]
        problems += [
            _placed(
                folder,
                book,
                policy.id,
                "parameters",
                x.name,
                Said("book.no_source", source=source),
            )
            for x in policy.parameters.values()
            for _, source in x.said.values()
            if source not in book.sources
        ]
        if not problems:
            problems += _failed(policies, policy, folder.parent / policy.book)
    return problems


def _failed(policies: tuple[Policy, ...], policy: Policy, folder: Path) -> list[Problem]:
    path = folder / "policies" / policy.id / "cases.yaml"
    if not policy.cases:
        return [Problem(path, 1, Said("book.no_cases"))]
    return [
        Problem(path, case.line, Said("book.case", case=case.about, error=words))
        for case in policy.cases
        for words in run_case(policies, policy, case)
    ]


def _placed(folder: Path, book: Book, policy: str, where: str, key: str, words: Said) -> Problem:
    home = book.policies[policy].book
    path = folder.parent / home / "policies" / policy / f"{where}.yaml"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    line = next((n for n, text in enumerate(lines, 1) if text.strip().startswith(f"{key}:")), 1)
    return Problem(path, line, words)
