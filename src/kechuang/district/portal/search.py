"""Finding: one question over everything that exists for a person."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext

from kechuang.book.schemas import Book
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.registers import REGISTERS, Register
from kechuang.district.market.queries import introductions_visible_to, search_introductions
from kechuang.engines.text import comparable

from .registers.cells import shown
from .registers.lists import search
from .sayings import titled

LONGEST = 200  # letters of a question that are looked at
_OPENED = 6  # kinds of record whose first ones are fetched; the rest are counted
_NOTES = 2  # fields that tell a record from others of its name
_PAGES = {"firm-records": "firm"}  # where a record is better read than on its register's page
_FIRST = ("achievements", "demands", "contracts", "firm-records", "introductions", "wishes")


@dataclass(frozen=True)
class Hit:
    """A record or a passage of the book: what it is called, where it stands, what tells it apart."""

    label: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Found:
    """What was found of one kind: how much there is, and the first of it."""

    kind: str
    title: str
    count: int
    url: str  # all of it
    hits: tuple[Hit, ...]


def find(actor: Actor, words: str, limit: int) -> list[Found]:
    """What holds all words and exists for the person, by kind; of each kind the first ``limit``.

    Everything that is told, counts too, comes from what each kind lets this person see.
    """
    asked = comparable(words[:LONGEST])
    if not asked:
        return []
    stocks = [*_registers(actor, asked), *_introductions(actor, asked)]
    stocks.sort(key=lambda s: _FIRST.index(s.kind) if s.kind in _FIRST else len(_FIRST))
    counts = _counts(stocks)
    held = [(s, counts[n]) for n, s in enumerate(stocks) if counts.get(n)]
    query = urlencode({"q": words[:LONGEST].strip()})
    records = [
        Found(s.kind, s.title, n, f"{s.url}?{query}", s.first(limit) if place < _OPENED else ())
        for place, (s, n) in enumerate(held)
    ]
    return [*records[:2], *_of_book(asked, limit), *records[2:]]


@dataclass(frozen=True)
class _Stock:
    """The records of one kind that hold the words."""

    kind: str
    title: str
    url: str
    found: QuerySet[Any]
    hit: Callable[[Any], Hit]

    def first(self, limit: int) -> tuple[Hit, ...]:
        return tuple(self.hit(x) for x in self.found[:limit])


def _registers(actor: Actor, words: str) -> Iterable[_Stock]:
    """The registers whose lists this person may open."""
    for register in REGISTERS.values():
        if not (register.public or actor.has(*register.menu)):
            continue
        found = search(register, register.visible(actor), words, actor).prefetch_related(None)
        order = [register.listed.order] if register.listed.order else []
        page = _PAGES.get(register.slug, f"{register.slug}-record")
        yield _Stock(
            register.slug,
            register.title,
            reverse(register.slug),
            found.order_by(*order, "-pk"),
            _teller(register, actor, page),
        )


def _teller(register: Register[Any], actor: Actor, page: str) -> Callable[[Any], Hit]:
    columns = [c for n in register.listed.columns for c in register.columns if c.field == n]

    def tell(thing: Any) -> Hit:
        texts = (shown(register, thing, c, actor) for c in columns)
        notes = [t for t in texts if t and t not in str(thing)][:_NOTES]
        if actor.id > 0:
            notes.append(gettext(register.states[thing.state]))
        return Hit(str(thing), reverse(page, args=[thing.pk]), " · ".join(notes))

    return tell


def _introductions(actor: Actor, words: str) -> Iterable[_Stock]:
    if actor.id <= 0:
        return
    seen = introductions_visible_to(actor).prefetch_related(None)
    yield _Stock(
        "introductions",
        "对接",
        reverse("introductions"),
        search_introductions(seen, words).order_by("-pk"),
        lambda i: Hit(
            f"{i.demand.title} ↔ {i.achievement.title}",
            reverse("introduction", args=[i.pk]),
            i.broker_name,
        ),
    )


def _counts(stocks: Sequence[_Stock]) -> dict[int, int]:
    """Place → how many, of all kinds in one question to the database."""
    parts = [
        s.found.order_by()
        .annotate(which_stock=Value(n))
        .values("which_stock")
        .annotate(how_many=Count("pk"))
        .values_list("which_stock", "how_many")
        for n, s in enumerate(stocks)
    ]
    return dict(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])


@dataclass(frozen=True)
class _Passage:
    """A part of the book that has a page."""

    kind: str
    text: str
    thing: Any
    place: Callable[[], str]
    note: str


_passages: dict[str, tuple[Book, tuple[_Passage, ...]]] = {}
_BOOK = (("policies", "政策", "policies"), ("targets", "目标", "plan"), ("tasks", "任务", "plan"))


def _of_book(words: str, limit: int) -> list[Found]:
    """Policies, targets and tasks: everybody's."""
    wanted = words.split()
    hits = [p for p in _passages_of(current_book()) if all(w in p.text for w in wanted)]
    found = []
    for kind, title, page in _BOOK:
        of_kind = [p for p in hits if p.kind == kind]
        first = tuple(Hit(titled(p.thing), p.place(), p.note) for p in of_kind[:limit])
        if of_kind:
            found.append(Found(kind, title, len(of_kind), reverse(page), first))
    return found


def _passages_of(book: Book) -> tuple[_Passage, ...]:
    """The book's passages with the text in which words are looked for; made once a book."""
    known = _passages.get("book")
    if known is None or known[0] is not book:
        known = _passages["book"] = (book, tuple(_read(book)))
    return known[1]


def _read(book: Book) -> Iterable[_Passage]:
    for p in sorted(book.policies.values(), key=lambda p: p.start, reverse=True):
        text = (p.title, p.title_en, *p.numbers, p.issuer, p.about, p.subject)
        yield _passage("policies", text, p, "policy", p.id, "", "；".join(p.numbers))
    for plan in book.plans.values():
        query = f"?plan={plan.id}"  # without it the page is of the plan in force
        for target in plan.targets:
            indicator = book.indicators[target.indicator]
            text = (target.title, target.title_en, indicator.title, *indicator.aliases)
            yield _passage("targets", text, target, "target", target.id, query, plan.title)
        for task in plan.tasks:
            text = (task.title, task.title_en, task.content, task.lead, *task.cooperating)
            yield _passage("tasks", text, task, "task", task.number, query, task.lead)


def _passage(
    kind: str, text: Iterable[str], thing: Any, page: str, key: object, query: str, note: str
) -> _Passage:
    return _Passage(
        kind, comparable(" ".join(text)), thing, lambda: reverse(page, args=[key]) + query, note
    )
