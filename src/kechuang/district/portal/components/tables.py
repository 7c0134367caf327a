"""The one list: searches, filters, sorts, pages, exports."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext

from kechuang.district.accounts.queries import saved_views
from kechuang.district.accounts.services import drop_view, keep_view
from kechuang.district.core import sheets
from kechuang.district.core.books import current_book
from kechuang.district.portal.components.downloads import download
from kechuang.district.portal.doors import knock
from kechuang.district.portal.finding import InOrder, Narrowed
from kechuang.district.portal.requests import actor_in
from kechuang.engines.base.errors import NotAllowed

PER_PAGE = 25
MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class Column:
    """``cell`` makes the text (or safe HTML); ``sort`` is the field to sort by, "" for none."""

    label: str
    cell: Callable[[Any], Any]
    sort: str = ""
    number: bool = False
    minor: bool = False  # left out on a narrow screen
    choice: bool = False  # a short word that is not broken


@dataclass(frozen=True)
class Filter:
    """A choice above the list."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    apply: Callable[[QuerySet, str], QuerySet]


@dataclass(frozen=True)
class Table:
    """What a list shows.

    ``layout`` names the book's layout of its export, ``row`` the values of one row.
    """

    title: str
    columns: Sequence[Column]
    link: Callable[[Any], str] | None = None
    filters: Sequence[Filter] = ()
    search: Callable[[QuerySet, str], QuerySet | Narrowed] | None = None
    indexed: bool = False  # by the index; it says so while only simple search works
    hint: str = ""
    empty: str = "还没有记录。"
    layout: str = ""
    row: Callable[[Any], Mapping[str, object]] | None = None
    rows: Callable[[Any], Iterable[Mapping[str, object]]] | None = None
    not_exported: Mapping[str, Any] = field(
        default_factory=dict
    )  # half-done rows cannot come in again
    actions: Sequence[tuple[str, str]] = ()
    order: str = ""
    tabs: str = ""  # the filter that is shown as tabs with counts, by the field it is called after
    total_of: tuple[str, str] | None = None  # (label, field) of the amount that is summed up
    views: str = ""  # the name under which a person's own views of this list are kept
    context: Mapping[str, Any] = field(default_factory=dict)


def show(
    request: HttpRequest, table: Table, found: QuerySet, template: str = "list.html"
) -> HttpResponse:
    """The page of a list, or its export when ?export=xlsx."""
    if request.method == "POST" and table.views:
        return _views_changed(request, table)
    asked = request.GET
    words = asked.get("q", "").strip()[:200]
    narrowed = _searched(request, table, found, words)
    found = narrowed.found
    for choice in table.filters:
        if choice.name != table.tabs:
            found = _chosen(choice, found, asked.get(choice.name, ""))
    tabs = _tabs(request, table, found)
    for choice in table.filters:
        if choice.name == table.tabs:
            found = _chosen(choice, found, asked.get(choice.name, ""))
    found, sort = _sorted(table, found, asked.get("sort", "") or table.order)
    if asked.get("export") == "xlsx" and table.layout:
        knock(request, "export")
        return _export(table, found)
    ranked = narrowed.order is not None and not asked.get("sort")
    pages = _Pages(found, table.total_of, narrowed.order if ranked else None)
    page = pages.get_page(asked.get("page"))
    total, here = page.paginator.count, _query(request, "page", "export").rstrip("&")
    facts = {
        "table": table,
        "has_search": table.search is not None,
        "page": page,
        "total": total,
        "q": words,
        "heads": _heads(request, table, sort),
        "lines": lines(table, page),
        "choices": [
            (f, asked.get(f.name, ""), _options(f, narrowed.counts))
            for f in table.filters
            if f.name != table.tabs
        ],
        "simply": bool(words and table.indexed and narrowed.order is None),
        "partly": narrowed.partly and total,
        "tabs": tabs,
        "tab": asked.get(table.tabs, "") if table.tabs else "",
        "sum": pages.total,
        "query": _query(request, "page"),
        "export": f"?{_query(request, 'page', 'export')}export=xlsx" if table.layout else "",
        "filtered": bool(words or any(asked.get(f.name) for f in table.filters)),
        "here": here,
        "views": saved_views(actor_in(request).id, table.views) if table.views else [],
        **table.context,
    }
    return render(request, template, facts)


def _searched(request: HttpRequest, table: Table, found: QuerySet, words: str) -> Narrowed:
    if not words or not table.search:
        return Narrowed(found)
    knock(request, "search")
    told = table.search(found, words)
    return told if isinstance(told, Narrowed) else Narrowed(told)


class _Pages(Paginator):
    """Pages of a list: which rows stand on one is found in the list's own table and its index,
    and only those are joined to what they refer to. How many there are and what they come to is
    one walk through them.

    Args:
        found: The list's rows in its own order.
        total_of: What is summed up.
        ranked: Primary keys in the order of a question's answer, when that order is wanted.
    """

    def __init__(
        self, found: QuerySet, total_of: tuple[str, str] | None, ranked: Sequence[int] | None
    ) -> None:
        super().__init__(found, PER_PAGE)
        self.total_of, self.ranked = total_of, ranked

    @cached_property
    def _ranked(self) -> InOrder | None:
        found: Any = self.object_list
        return None if self.ranked is None else InOrder(found, self.ranked)

    @cached_property
    def total(self) -> tuple[str, int] | None:
        """(label, fen) of what the list's rows come to."""
        return (self.total_of[0], int(self._whole["sum"] or 0)) if self.total_of else None

    @cached_property
    def count(self) -> int:
        return int(self._whole["count"])

    @cached_property
    def _whole(self) -> Mapping[str, Any]:
        rows: Any = self.object_list
        if self.total_of is None:
            return {"count": rows.count() if self._ranked is None else len(self._ranked)}
        return dict(rows.order_by().aggregate(count=Count("*"), sum=Sum(self.total_of[1])))

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        rows: Any = self.object_list
        if self._ranked is not None:
            return Page(self._ranked[first : first + self.per_page], number, self)
        if not rows.query.distinct:  # there, an order is a column of its own
            here = rows.select_related(None).prefetch_related(None).values("pk")
            rows = rows.filter(pk__in=here[first : first + self.per_page])
            first = 0
        return Page(rows[first : first + self.per_page], number, self)


def _options(choice: Filter, counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """(value, label, how many of what was found) of a filter's choices."""
    return [(v, label, counts.get(f"{choice.name}={v}".lower(), 0)) for v, label in choice.options]


def _chosen(choice: Filter, found: QuerySet, value: str) -> QuerySet:
    return (
        choice.apply(found, value) if value in {v for v, _ in choice.options} and value else found
    )


def _tabs(request: HttpRequest, table: Table, found: QuerySet) -> list[tuple[str, str, int]]:
    """(address, label, count) of every value of the tabs' filter that some record has; all first."""
    choice = next((f for f in table.filters if f.name == table.tabs), None)
    if choice is None:
        return []
    counts = dict(found.order_by().values_list(table.tabs).annotate(count=Count("pk")))
    base = _query(request, "page", "export", table.tabs)
    held = [
        (f"?{base}{table.tabs}={value}", gettext(label), counts[value])
        for value, label in choice.options
        if counts.get(value)
    ]
    return [(f"?{base}".rstrip("&"), gettext("全部"), sum(counts.values())), *held]


def _views_changed(request: HttpRequest, table: Table) -> HttpResponse:
    """Keep the list as it is under a name, or drop a kept one."""
    given, person = request.POST, actor_in(request).id
    if not person > 0:
        raise NotAllowed("page.not_your_duty")
    if "drop" in given:
        drop_view(person, table.views, given["drop"])
    else:
        keep_view(person, table.views, given.get("name", ""), given.get("query", ""))
    return redirect(request.get_full_path())


def _sorted(table: Table, found: QuerySet, asked: str) -> tuple[QuerySet, str]:
    allowed = {c.sort for c in table.columns if c.sort}
    if asked.removeprefix("-") in allowed:
        return found.order_by(asked, "-pk"), asked
    return found, ""


def lines(table: Table, things: Iterable[Any]) -> list[tuple[str, list[tuple[Column, Any]]]]:
    """(address, cells) of every row."""
    return [
        (table.link(x) if table.link else "", [(c, c.cell(x)) for c in table.columns])
        for x in things
    ]


def _query(request: HttpRequest, *without: str) -> str:
    kept = request.GET.copy()
    for name in without:
        kept.pop(name, None)
    text = kept.urlencode()
    return f"{text}&" if text else ""


def _heads(request: HttpRequest, table: Table, sort: str) -> list[tuple[Column, str, str]]:
    heads = []
    for column in table.columns:
        state, url = "", ""
        if column.sort:
            state = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(sort, "none")
            target = f"-{column.sort}" if state == "ascending" else column.sort
            url = f"?{_query(request, 'page', 'sort')}sort={target}"
        heads.append((column, state, url))
    return heads


def _export(table: Table, found: QuerySet) -> HttpResponse:
    layout = current_book().layouts[table.layout]
    limited = (found.exclude(**table.not_exported) if table.not_exported else found)[:MOST_EXPORTED]
    rows: Iterable[Mapping[str, object]]
    if table.rows:
        rows = (r for x in limited for r in table.rows(x))
    else:
        assert table.row
        rows = (table.row(x) for x in limited)
    return download(sheets.export(layout, rows), f"{layout.title}.xlsx", sheets.TYPE)
