"""Reading a book: stack, check, hand over. Every complaint names file, line and remedy."""

from dataclasses import replace
from pathlib import Path

from kechuang.engines.base.sayings import Said

from . import shapes
from .desk import Desk, Problem
from .files import read_file, read_files
from .firms import counted_feeds, read_facts, read_ladder
from .law_shapes import FirmFactsFile
from .plans import read_plan
from .policies import read_policies
from .policy_checks import check_policies
from .registers import layout_of, read_registers
from .returns import read_returns
from .rhythm import read_calendar, read_market, read_supervision
from .schemas import Book, Plan
from .tables import (
    read_bodies,
    read_fields,
    read_figures,
    read_forms,
    read_indicators,
    read_layouts,
    read_places,
    read_sources,
    with_facts,
    with_indicators,
    with_rungs,
)
from .timing import Market


def read_book(folder: Path) -> tuple[Book | None, list[Problem]]:
    """Read the book in ``folder`` and all it extends (folders beside it).

    Returns:
        The book, or None when it cannot be put together, and every problem found.
    """
    desk = Desk()
    book = _read(folder, desk, ())
    if book:
        desk.answer(book)
    if book and not desk.problems:
        check_policies(book, folder, desk)
    return (None if desk.problems else book), desk.problems


def _read(folder: Path, desk: Desk, seen: tuple[str, ...]) -> Book | None:
    """A folder's book on those it extends; None where one of them has no head. What is wrong in
    its other files is told all the same.
    """
    path, before = folder / "book.yaml", len(desk.problems)
    head = read_file(path, shapes.BookFile, desk)
    if head is None and len(desk.problems) == before:
        desk.problems.append(Problem(path, 1, Said("book.no_book")))
    above = head.extends if head else ""
    if head and (above in seen or above == folder.name):
        desk.complain(head.at, "extends", Said("book.extends_itself", book=above))
        return None
    parent = _read(folder.parent / above, desk, (*seen, folder.name)) if above else None
    book = _on(parent, folder, desk)
    if head is None or (above and parent is None):
        return None
    return replace(
        book, id=head.id, title=head.title, title_en=head.title_en, place=head.place, parent=parent
    )


_NOTHING = Book("", "", "", "", None, {}, {}, (), {}, (), {}, {}, {}, Market(), ())


def _on(parent: Book | None, folder: Path, desk: Desk) -> Book:
    """A folder's files on the book below: tables entry by entry, lists one after the other, plans
    its own.
    """
    book = replace(parent or _NOTHING, plan=None, plans={})
    for add in (_tables, _places, _rhythm, _plans, _firms, _sheets):
        book = add(book, folder, desk)
    return book


def _tables(below: Book, folder: Path, desk: Desk) -> Book:
    indicators = read_file(folder / "indicators.yaml", shapes.IndicatorsFile, desk)
    sources = read_file(folder / "sources.yaml", shapes.SourcesFile, desk)
    figures = read_file(folder / "figures.yaml", shapes.FiguresFile, desk)
    return replace(
        below,
        indicators={**below.indicators, **read_indicators(indicators, desk)},
        sources={**below.sources, **read_sources(sources)},
        figures=below.figures + read_figures(figures, desk),
        lexicon=below.lexicon + _lexicon(folder, desk),
        forms=below.forms
        + read_forms(read_file(folder / "forms.yaml", shapes.FormsFile, desk), desk),
    )


def _places(below: Book, folder: Path, desk: Desk) -> Book:
    places = read_file(folder / "places.yaml", shapes.PlacesFile, desk)
    bodies = read_file(folder / "bodies.yaml", shapes.BodiesFile, desk)
    fields = read_file(folder / "fields.yaml", shapes.FieldsFile, desk)
    areas, disciplines = read_fields(fields, desk)
    return replace(
        below,
        places={**below.places, **read_places(places, desk)},
        bodies=below.bodies + read_bodies(bodies),
        areas={**below.areas, **areas},
        disciplines={**below.disciplines, **disciplines},
    )


def _rhythm(below: Book, folder: Path, desk: Desk) -> Book:
    market = read_file(folder / "market.yaml", shapes.MarketFile, desk)
    asking = read_file(folder / "supervision.yaml", shapes.SupervisionFile, desk)
    calendar = read_file(folder / "calendar.yaml", shapes.CalendarFile, desk)
    return replace(
        below,
        market=read_market(market, desk, below.market),
        supervision=read_supervision(asking, desk, below.supervision),
        calendar=read_calendar(calendar, desk, below.calendar),
    )


def _plans(below: Book, folder: Path, desk: Desk) -> Book:
    """All plans of a folder by id; plan.yaml is the main one."""
    main = read_file(folder / "plan.yaml", shapes.PlanFile, desk)
    others = read_files(folder / "plans", shapes.PlanFile, desk)
    found: dict[str, Plan] = {}
    for given in [*([main] if main else []), *others.values()]:
        if given.id in found:
            desk.complain(given.at, "id", Said("book.plan_twice", id=given.id))
        found[given.id] = read_plan(given, desk)
    return replace(below, plans=found, plan=found[main.id] if main else None)


def _firms(below: Book, folder: Path, desk: Desk) -> Book:
    ladder = read_file(folder / "ladder.yaml", shapes.LadderFile, desk)
    own = read_facts(read_file(folder / "firm_facts.yaml", FirmFactsFile, desk), desk)
    facts = {**below.facts, **own.facts}
    return replace(
        below,
        ladder={**below.ladder, **read_ladder(ladder, desk)},
        facts=facts,
        asks={**below.asks, **own.asks},
        feeds=counted_feeds({**below.feeds, **own.feeds}, facts),
        policies={**below.policies, **read_policies(folder, desk)},
    )


def _sheets(below: Book, folder: Path, desk: Desk) -> Book:
    registers = {**below.registers, **read_registers(folder, desk)}
    layouts = {**below.layouts, **read_layouts(folder, desk)}
    filled = with_indicators(with_rungs(layouts, below.ladder), below.indicators)
    filled = with_facts(filled, below.facts)
    return replace(
        below,
        registers=registers,
        layouts={**filled, **{n: layout_of(r) for n, r in registers.items()}},
        returns={**below.returns, **read_returns(folder, desk)},
    )


def _lexicon(folder: Path, desk: Desk) -> tuple[str, ...]:
    path = folder / "lexicon.txt"
    try:
        return tuple(path.read_text(encoding="utf-8").splitlines()) if path.exists() else ()
    except UnicodeDecodeError as e:
        desk.problems.append(Problem(path, 1, Said("book.unreadable", why=str(e))))
        return ()
