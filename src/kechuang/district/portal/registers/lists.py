"""The list of a register, from its declaration: search, filters, order, saved views, export."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from kechuang.book.sheets import Column as Field
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.imports import KINDS
from kechuang.district.core.registers import Register
from kechuang.district.core.together import together
from kechuang.district.portal.components.tables import Column, Filter, Table, show
from kechuang.district.portal.finding import Narrowed, narrowed
from kechuang.district.portal.requests import actor_in
from kechuang.engines.base.errors import NotAllowed
from kechuang.engines.matching.parties import MODES
from kechuang.engines.text import comparable, normalise

from .cells import NUMBERS, label, row_of, shown


def listed(request: HttpRequest, register: Register[Any]) -> HttpResponse:
    """All records that exist for this person.

    Raises:
        NotAllowed: The list stands in the menu of other duties alone.
    """
    actor = actor_in(request)
    if not (register.public or actor.has(*register.menu)):
        raise NotAllowed("page.not_your_duty")
    return show(request, table_of(register, actor), register.visible(actor))


def table_of(register: Register[Any], actor: Actor) -> Table:
    """The table that a register declares."""
    by_name = {c.field: c for c in register.columns}
    columns = [
        _column(register, by_name[name], actor, first=place == 0)
        for place, name in enumerate(register.listed.columns)
    ]
    if actor.id > 0:
        columns.append(Column("状态", lambda x: state_mark(register, x), "state"))
    return Table(
        title=register.title,
        columns=columns,
        link=lambda x: reverse(f"{register.slug}-record", args=[x.pk]),
        filters=filters_of(register, actor),
        search=lambda found, words: search(register, found, words, actor),
        indexed=True,
        hint=register.listed.hint,
        layout=register.layout,
        row=lambda x: row_of(register, x, actor),
        not_exported={"state__in": sorted(register.half_done)} if register.half_done else {},
        actions=_actions(register, actor),
        order=register.listed.order,
        tabs="state" if actor.id > 0 else "",
        total_of=_total_of(register),
        views=register.slug if actor.id > 0 else "",
    )


def _total_of(register: Register[Any]) -> tuple[str, str] | None:
    """The amount by which a register has a share in a period's figures."""
    column = next((c for c in register.columns if c.field == register.share), None)
    return (label(register, column), column.field) if column and column.kind == "fen" else None


def _column(register: Register[Any], column: Field, actor: Actor, *, first: bool) -> Column:
    def cell(thing: Any) -> Any:
        text = shown(register, thing, column, actor)
        if first and getattr(thing, "sample", False):
            return format_html('{} <span class="tag">{}</span>', text, gettext("样例"))
        return text

    sort = (
        "" if column.kind in ("words", "patents", "modes", "long") else register.path(column.field)
    )
    if column.field in register.may_hide:
        sort = ""
    elif column.field in register.refers:
        sort = (
            register.refers[column.field].order
            and f"{column.field}__{register.refers[column.field].order}"
        )
    return Column(
        label(register, column),
        cell,
        sort,
        number=column.kind in NUMBERS,
        minor=column.field in register.listed.minor,
        choice=column.kind == "choice",
    )


def filter_names(register: Register[Any], columns: Iterable[Field]) -> list[str]:
    """What the filters of a register are called in an address."""
    kinds = {c.field: c.kind for c in columns}
    called = {"day": "year", "area": "area"}
    return [*(called.get(kinds[n], n) for n in register.listed.filters if n in kinds), "state"]


def filters_of(register: Register[Any], actor: Actor) -> list[Filter]:
    """What this person may narrow by: states and one's own only for who is signed in."""
    by_name = {c.field: c for c in register.columns}
    names = [n for n in register.listed.filters if actor.id > 0 or n not in register.refers]
    found = [_filter(register, by_name[n], actor) for n in names]
    return [*found, _states(register)] if actor.id > 0 else found


def _filter(register: Register[Any], column: Field, actor: Actor) -> Filter:
    if column.kind == "day":
        return _years(register, column, actor)
    if column.field in register.refers:
        own = f"{register.attname(column.field)}__in"
        return _one(column.field, "范围", [("own", "本单位")], lambda v: {own: actor.organisations})
    if column.kind == "area":
        areas = [(name, name) for name, _ in current_book().areas.values()]
        return _one("area", column.heading, areas, lambda v: {"area": v})
    if column.kind == "modes":
        holds = f"{column.field}__icontains"
        return _one(column.field, column.heading, list(MODES.items()), lambda v: {holds: f'"{v}"'})
    if column.kind == "trl":
        levels = [(str(n), f"TRL ≥ {n}") for n in range(1, 10)]
        least = f"{column.field}__gte"
        return _one(column.field, column.heading, levels, lambda v: {least: int(v)})
    options = list(column.choices.items())
    return _one(column.field, column.heading, options, lambda v: {register.path(column.field): v})


def _years(register: Register[Any], column: Field, actor: Actor) -> Filter:
    path = register.path(column.field)
    rows = register.visible(actor).order_by()
    if path == register.attname(column.field):  # a column has an index: two looks into it
        days = rows.filter(**{f"{path}__isnull": False}).values_list(path, flat=True)
        first, last = together(days.order_by(path)[:1], days.order_by(f"-{path}")[:1])
        span = range(last[0].year, first[0].year - 1, -1) if first and last else ()
        years = [str(y) for y in span]
    else:
        held = rows.values_list(path, flat=True).distinct()
        years = sorted({str(day)[:4] for day in held if day}, reverse=True)

    def terms(year: str) -> dict[str, Any]:
        return {f"{path}__gte": f"{year}-01-01", f"{path}__lte": f"{year}-12-31"}

    title = gettext(column.heading) + gettext("（年）")
    return _one("year", title, [(y, y) for y in years], terms)


def _one(
    name: str, label: str, options: list[tuple[str, str]], terms: Callable[[str], dict[str, Any]]
) -> Filter:
    return Filter(name, label, options, lambda found, v: found.filter(**terms(v)))


def _states(register: Register[Any]) -> Filter:
    options = list(register.states.items())
    return Filter("state", "状态", options, lambda found, v: found.filter(state=v))


def search(register: Register[Any], found: QuerySet, words: str, actor: Actor) -> Narrowed:
    """What answers a question, the best first."""
    return narrowed(
        register.name, found, words, actor, lambda f, w: search_simply(register, f, w, actor)
    )


def search_simply(register: Register[Any], found: QuerySet, words: str, actor: Actor) -> QuerySet:
    """All words, anywhere in the record's text: while the index is being made."""
    if register.listed.find:
        return register.listed.find(found, words, actor)
    for word in normalise(words).split()[:12]:
        hit = Q()  # a column of text is kept as it was written, a search column in comparable form
        for name in register.listed.search:
            hit |= Q(**{f"{name}__icontains": word}) | Q(
                **{f"{name}__icontains": comparable(word).strip()}
            )
        found = found.filter(hit)
    return found


def state_mark(register: Register[Any], thing: Any) -> Any:
    """A state as a word with its colour."""
    label, standing = gettext(register.states[thing.state]), register.flow.standing(thing.state)
    mark = '<span class="state state-{} state-{}">{}</span>'
    return format_html(mark, standing, thing.state, label)


def _actions(register: Register[Any], actor: Actor) -> list[tuple[str, str]]:
    found = []
    kind = KINDS.get(register.layout)
    if kind is not None and actor.id > 0 and kind.permission(actor):
        found.append((reverse("import-new", args=[register.layout]), "导入"))
    found += [
        (reverse(f"{register.slug}-new", args=[s.name]), s.label) for s in creating(register, actor)
    ]
    return found


def creating(register: Register[Any], actor: Actor) -> list[Any]:
    """The creating steps that this person may take by a form."""
    if actor.id <= 0:
        return []
    return [
        s
        for s in register.steps
        if s.creates and s.page and s.permission(actor, register.blank_for(actor))
    ]
