"""What one file of a book says about another: checks of names against the whole book."""

from collections.abc import Callable, Container
from dataclasses import dataclass

from kechuang.engines.base.sayings import Said

from .desk import Desk
from .lines import Lined
from .schemas import Book, Plan, Target


@dataclass(frozen=True)
class Table:
    """What stands in a kind of file, the whole stack of books together; what is said of a name
    that does not.
    """

    file: str
    code: str
    of: Callable[[Book], Container[str]]


def _rules(book: Book) -> Container[str]:
    return {n for p in book.policies.values() for n in p.rules}


def _inputs(book: Book) -> Container[str]:
    return {n for p in book.policies.values() for n in p.inputs}


SOURCES = Table("sources.yaml", "book.no_source", lambda book: book.sources)
INDICATORS = Table("indicators.yaml", "book.no_indicator", lambda book: book.indicators)
RUNGS = Table("ladder.yaml", "book.no_rung", lambda book: book.ladder)
FACTS = Table("firm_facts.yaml", "book.no_fact", lambda book: book.facts)
RULES = Table("rules.yaml", "book.no_rule", _rules)
INPUTS = Table("policy.yaml", "book.no_input", _inputs)


def named(desk: Desk, at: Lined, key: str, name: str, table: Table) -> None:
    """A name must stand in its table."""

    def check(book: Book) -> Said | None:
        lost = desk.missing(name, table.of(book), table.file)
        return Said(table.code, name=name) if lost else None

    desk.ask(at, key, check)


def carries_out(desk: Desk, at: Lined, plan: Plan, target: Target) -> None:
    """A target's parent must stand in the plan above, where there is one."""

    def check(book: Book) -> Said | None:
        above = _plan_above(book, plan)
        known = {t.id for t in above.targets} if above else {target.parent}
        lost = desk.missing(target.parent, known, "plan.yaml")
        return Said("book.no_parent_target", name=target.parent) if lost else None

    if target.parent:
        desk.ask(at, "parent", check)


def _plan_above(book: Book, plan: Plan) -> Plan | None:
    """The plan above as the book sees it in which the plan stands."""
    held: Book | None = book
    while held and held.plans.get(plan.id) is not plan:
        held = held.parent
    return held.plan_above(plan) if held else None
