"""What one file of a book says about another: every source, indicator and parent named exists."""

from collections.abc import Callable, Iterator
from pathlib import Path

from .desk import Desk, Problem
from .firms import check_firms
from .schemas import Book, Plan


def check_references(book: Book, folder: Path, desk: Desk) -> None:
    """Complain, at the line that says it, of every name the book ``folder`` does not hold."""
    for path, at, words in _references(book, folder, desk):
        desk.problems.append(Problem(path, at, words))


def _references(book: Book, folder: Path, desk: Desk) -> Iterator[tuple[Path, int, str]]:
    """References across files: sources, indicators, parents. Lines are looked up again by value."""
    for plan in book.plans.values():
        yield from _plan_references(book, plan, _plan_file(folder, plan.id))
    for name, words, complaint in check_firms(
        book.ladder, book.facts, book.asks, book.feeds, book.policies, book.sources
    ):
        path = next(
            (
                f / name
                for f in (folder, *_above(folder, book))
                if _line_finder(f / name)(words) > 1
            ),
            folder / name,
        )
        yield path, _line_finder(path)(words), complaint
    path = folder / "figures.yaml"
    for figure in book.figures:
        if figure.source not in book.sources:
            yield path, _line_finder(path)(figure.source), _no_source(figure.source)


def _above(folder: Path, book: Book) -> list[Path]:
    found, below = [], book.parent
    while below:
        found.append(folder.parent / below.id)
        below = below.parent
    return found


def _plan_file(folder: Path, identity: str) -> Path:
    mark = f"id: {identity}"
    files = [folder / "plan.yaml", *sorted((folder / "plans").glob("*.yaml"))]
    return next(
        (f for f in files if f.exists() and mark in f.read_text(encoding="utf-8").splitlines()),
        files[0],
    )


def _no_source(code: str) -> str:
    return f"sources.yaml 里没有来源“{code}”，请登记"


def _plan_references(book: Book, plan: Plan, path: Path) -> Iterator[tuple[Path, int, str]]:
    find = _line_finder(path)
    for target in plan.targets:
        if target.indicator not in book.indicators:
            yield path, find(target.indicator), f"indicators.yaml 里没有指标“{target.indicator}”"
        if target.parent and book.plan_above(plan) and not book.parent_target(target, plan):
            yield path, find(f"parent: {target.parent}"), f"上级计划里没有目标“{target.parent}”"
        marks = (*target.marks, *((target.baseline,) if target.baseline else ()))
        for code in (target.source, *(m.source for m in marks)):
            if code and code not in book.sources:
                yield path, find(f"source: {code}"), _no_source(code)
    for task in plan.tasks:
        if task.source not in book.sources:
            yield path, find(f"source: {task.source}"), _no_source(task.source)


def _line_finder(path: Path) -> Callable[[str], int]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return lambda text: next((n for n, line in enumerate(lines, 1) if text in line), 1)
