"""The plain tables of a book: indicators, sources, figures, places, bodies, fields, layouts."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from kechuang.engines.base.sayings import Said

from . import shapes
from .desk import Desk, unique
from .files import read_files
from .firms import fact_column
from .forms import ForeignForm
from .references import SOURCES, named
from .schemas import Body, Fact, Figure, Indicator, Place, Rung, Source
from .sheet_shapes import Column as ColumnEntry
from .sheet_shapes import LayoutFile
from .sheets import Column, Layout, with_choices


def read_indicators(given: shapes.IndicatorsFile | None, desk: Desk) -> dict[str, Indicator]:
    """Indicators by id."""
    rows = given.indicators if given else ()
    unique(desk, rows, "id")
    return {
        r.id: Indicator(
            r.id,
            r.title,
            r.title_en,
            r.unit,
            r.kind,
            r.definition,
            r.definition_en,
            r.producer,
            r.rhythm,
            r.measure,
            r.source,
            r.aliases,
        )
        for r in rows
    }


def read_sources(given: shapes.SourcesFile | None) -> dict[str, Source]:
    """Sources by code."""
    return {
        code: Source(code, r.title, r.status, r.url, r.issuer, r.dated, r.checked_on, r.note)
        for code, r in (given.sources.items() if given else ())
    }


def read_figures(given: shapes.FiguresFile | None, desk: Desk) -> tuple[Figure, ...]:
    """Published figures as printed."""
    rows = given.figures if given else ()
    for row in rows:
        named(desk, row.at, "source", row.source, SOURCES)
    return tuple(
        Figure(r.indicator, r.place, r.value, r.period, r.as_of, r.basis, r.source, r.note)
        for r in rows
    )


def read_places(given: shapes.PlacesFile | None, desk: Desk) -> dict[str, Place]:
    """Places by id."""
    rows = given.places if given else ()
    unique(desk, rows, "id")
    return {r.id: Place(r.id, r.name, r.name_en, r.kind, r.code, r.parent) for r in rows}


def read_bodies(given: shapes.BodiesFile | None) -> tuple[Body, ...]:
    """Organisations, platforms and funds."""
    return tuple(
        Body(r.id, r.name, r.name_en, r.kind, r.known == "known", r.facts, r.sources)
        for r in (given.bodies if given else ())
    )


def read_fields(
    given: shapes.FieldsFile | None, desk: Desk
) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """High-tech areas by id, and the area of each discipline."""
    if given is None:
        return {}, {}
    areas = {r.id: (r.name, r.name_en) for r in given.areas}
    for name, area in given.disciplines.items():
        if area and desk.missing(area, areas, ""):
            words = Said("book.no_area", discipline=name, area=area)
            desk.complain(given.at.inner("disciplines"), name, words)
    return areas, {name: area or "" for name, area in given.disciplines.items()}


def read_forms(given: shapes.FormsFile | None, desk: Desk) -> tuple[ForeignForm, ...]:
    """Forms that no register takes in."""
    forms = given.forms if given else ()
    for form in forms:
        if not 1 <= form.least <= len(form.marks):
            desk.complain(form.at, "least", Said("book.form_least", count=len(form.marks)))
    return tuple(ForeignForm(f.title, f.marks, f.least, f.instead) for f in forms)


def read_layouts(folder: Path, desk: Desk) -> dict[str, Layout]:
    """Layouts of sheets by kind."""
    found: dict[str, Layout] = {}
    for given in read_files(folder / "layouts", LayoutFile, desk).values():
        columns = tuple(_column(c) for c in given.columns)
        for name in given.key:
            if name not in {c.field for c in columns} and "columns" not in given.at.lost:
                desk.complain(given.at, "key", Said("book.key_no_column", name=name))
        found[given.kind] = Layout(given.kind, given.title, given.key, columns)
    return found


def _column(given: ColumnEntry) -> Column:
    source = given.choices if isinstance(given.choices, str) else ""
    return Column(
        given.field,
        given.heading,
        given.kind,
        given.aliases,
        given.required,
        given.unit,
        given.choices if isinstance(given.choices, dict) else {},
        given.width,
        given.longest,
        source,
        given.words,
        hint=given.hint,
        low=given.low,
        named_by=given.named_by,
        name_only=given.name_only,
        asked_with=given.asked_with,
    )


def with_rungs(layouts: Mapping[str, Layout], ladder: Mapping[str, Rung]) -> Mapping[str, Layout]:
    """The columns in which a rung stands, under every name that it ever had."""
    rungs = sorted(ladder.values(), key=lambda r: r.order)
    former = {
        w: r.id for r in rungs for w in (*(n for _, n, _ in r.names), *r.aliases) if w != r.title
    }
    return with_choices(layouts, "ladder", {r.id: r.title for r in rungs}, former)


def with_indicators(
    layouts: Mapping[str, Layout], indicators: Mapping[str, Indicator]
) -> Mapping[str, Layout]:
    """The columns in which an indicator stands: by its title, or as others write it."""
    found = indicators.values()
    others = {word: i.id for i in found for word in i.aliases}
    return with_choices(layouts, "indicators", {i.id: i.title for i in found}, others)


def with_facts(layouts: Mapping[str, Layout], facts: Mapping[str, Fact]) -> Mapping[str, Layout]:
    """The columns that the yearly facts of firms give."""
    made = {}
    for kind, layout in layouts.items():
        columns = [c for c in layout.columns if c.kind != "fact"]
        if kind == "firm_years":
            columns += [fact_column(f) for f in facts.values()]
        made[kind] = replace(layout, columns=tuple(columns))
    return made
