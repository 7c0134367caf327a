"""ladder.yaml: the rungs of firms; firm_facts.yaml: what a firm reports each year, and which
inputs of rules it feeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kechuang.engines.base.sayings import Said
from kechuang.engines.rules import Rule
from kechuang.engines.rules.facts import Feed
from kechuang.engines.rules.fold import names_in

from .desk import Desk, unique
from .inputs import formula, read_input
from .law_shapes import AskEntry, FactEntry, FeedEntry, FirmFactsFile
from .parameters import FIRST
from .references import FACTS, INPUTS, RULES, RUNGS, SOURCES, named
from .schemas import Book, Fact, Rung
from .shapes import LadderFile
from .shapes import Rung as RungEntry
from .sheets import Column


@dataclass(frozen=True)
class FirmFacts:
    """Yearly facts, plausibility rules named by their question, and feeds by input."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    asks: Mapping[str, Rule] = field(default_factory=dict)
    feeds: Mapping[str, Feed] = field(default_factory=dict)


def read_ladder(given: LadderFile | None, desk: Desk) -> dict[str, Rung]:
    """Rungs by id."""
    rows = given.rungs if given else ()
    unique(desk, rows, "id")
    return {r.id: _rung(r, desk) for r in rows}


def _rung(given: RungEntry, desk: Desk) -> Rung:
    named(desk, given.at, "source", given.source, SOURCES)
    if given.rule:
        named(desk, given.at, "rule", given.rule, RULES)
    if given.counts_in:
        named(desk, given.at, "counts_in", given.counts_in, RUNGS)
    return Rung(
        given.id,
        given.order,
        tuple(sorted((n.start, n.name, n.name_en) for n in given.names)),
        given.counts,
        given.months,
        given.rule,
        given.recognised_by,
        given.source,
        given.note,
        given.counts_in,
        given.update_by,
        given.aliases,
    )


def read_facts(given: FirmFactsFile | None, desk: Desk) -> FirmFacts:
    """What firms report, what is asked about it, and what it feeds."""
    if given is None:
        return FirmFacts()
    facts = {n: _fact(n, f, desk) for n, f in given.facts.items()}
    asks = {n: _ask(n, a, desk) for n, a in given.asks.items()}
    return FirmFacts(
        {n: f for n, f in facts.items() if f is not None},
        {n: a for n, a in asks.items() if a is not None},
        {n: _feed(n, f, desk) for n, f in given.feeds.items()},
    )


def _fact(name: str, given: FactEntry, desk: Desk) -> Fact | None:
    found = read_input(name, given, desk)
    if found is None:
        return None
    return Fact(
        found, given.title_en, given.group, given.secret, given.slow, given.jump, given.aliases
    )


def _ask(name: str, given: AskEntry, desk: Desk) -> Rule | None:
    node = formula(name, given.formula, given.at, "公式", desk)
    if node is None:
        return None
    for used in names_in(node):
        named(desk, given.at, "公式", used, FACTS)
    versions = ((FIRST, given.formula, node),)
    return Rule(name, "是否", versions, given.question, given.question_en)


def _feed(name: str, given: FeedEntry, desk: Desk) -> Feed:
    feed = Feed(
        name,
        given.fact,
        given.back,
        given.years,
        given.since,
        given.until == "上年末",
        given.same_year,
        given.holds,
        given.never,
        given.register_id,
    )
    ways = (feed.fact, feed.since, feed.same_year, feed.holds, feed.never, feed.register)
    if sum(bool(x) for x in ways) != 1 and not given.at.lost:
        desk.complain(given.at, name, Said("book.one_feed", name=name))
    named(desk, given.at, name, name, INPUTS)
    if feed.fact:
        named(desk, given.at, "年报", feed.fact, FACTS)
        desk.ask(given.at, "年报", lambda book: _other_unit(feed, book))
    if rung := feed.holds or feed.never:
        named(desk, given.at, "持有" if feed.holds else "未曾", rung, RUNGS)
    return feed


def _other_unit(feed: Feed, book: Book) -> Said | None:
    """A fact feeds only an input of its own unit."""
    inputs = {n: i for p in book.policies.values() for n, i in p.inputs.items()}
    fact, fed = book.facts.get(feed.fact), inputs.get(feed.input)
    if fact is None or fed is None or fact.given.unit == fed.unit:
        return None
    return Said("book.feed_of_other_unit", input=feed.input, fact=feed.fact)


def counted_feeds(feeds: Mapping[str, Feed], facts: Mapping[str, Fact]) -> dict[str, Feed]:
    """Feeds that know whether their fact is money or a number of things."""
    return {
        n: replace(f, counts=f.fact in facts and facts[f.fact].given.unit in ("元", "项", "件"))
        for n, f in feeds.items()
    }


def fact_column(fact: Fact) -> Column:
    """The column of a fact in the sheet of yearly returns; 万元 in the heading is read as such."""
    unit = fact.given.unit
    heading = fact.title if unit == "是否" else f"{fact.title}（{unit}）"
    return Column(fact.title, heading, "fact", (fact.title, *fact.aliases), width=18, unit=unit)
