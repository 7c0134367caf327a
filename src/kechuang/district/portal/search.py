"""Finding: one question over everything that exists for a person."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext

from kechuang.book.schemas import Book
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.registers import REGISTERS, Register
from kechuang.district.core.search import report_broken, synonyms
from kechuang.district.market.queries import introductions_visible_to, search_introductions
from kechuang.engines.search import (
    EVERYBODY,
    Asked,
    Entry,
    Face,
    Proposal,
    Reader,
    SearchIndex,
    Text,
    best_sentence,
    propose,
)
from kechuang.engines.search.marks import Part
from kechuang.engines.text import comparable

from .finding import LONGEST, fitted, opened, understood
from .registers.cells import shown
from .registers.lists import search_simply
from .sayings import titled

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
    sentence: Sequence[Part] = ()  # of its text, in parts, each with whether it answers


@dataclass(frozen=True)
class Found:
    """What was found of one kind: how much there is, and the first of it."""

    kind: str
    title: str
    count: int
    url: str  # all of it
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Answer:
    """What a question finds. ``simply``: only simple search works now. ``partly``: what is found
    need not hold all of it. ``proposals``: questions that would find something, when nothing holds
    all of this one.
    """

    found: Sequence[Found] = ()
    simply: bool = False
    partly: bool = False
    proposals: Sequence[Proposal] = ()


def find(actor: Actor, words: str, limit: int) -> list[Found]:
    """What answers a question and exists for the person, by kind; of each kind the first."""
    return list(answer(actor, words, limit).found)


def answer(actor: Actor, words: str, limit: int, *, typing: bool = False) -> Answer:
    """What answers a question, the best first, of each kind the first ``limit``.

    Everything that is told, counts and proposals too, comes from what this person may see.
    """
    if not comparable(words[:LONGEST]):
        return Answer()
    held = opened(actor)
    registers = [r for r in REGISTERS.values() if r.public or actor.has(*r.menu)]
    asked = understood(words, registers)
    if held is not None:
        try:
            return _answered(actor, asked, words, limit, *held, typing=typing)
        except (ValueError, OSError):
            report_broken()
    plain = comparable(words[:LONGEST])
    stocks = [*_registers(actor, plain), *_introductions(actor, plain)]
    counts = _counts(stocks)
    return Answer(_told(stocks, counts, asked, words, limit), simply=True)


def _answered(
    actor: Actor,
    asked: Asked,
    words: str,
    limit: int,
    index: SearchIndex,
    reader: Reader,
    *,
    typing: bool,
) -> Answer:
    stocks = [*_registers(actor, ""), *_introductions(actor, "")]
    typed, asked = asked, asked if typing else fitted(asked, index, reader)
    told = index.counts(asked, reader, typing)
    ranked = [_Ranked(s, index, asked, reader, typing) for s in stocks]
    counts = {n: told.get(s.name, 0) for n, s in enumerate(stocks)}
    found = _told(ranked, counts, asked, words, limit)
    partly = bool(found) and asked.any_will_do
    unanswered = not (typing or found) or (partly and not sum(index.counts(typed, reader).values()))
    proposals = propose(typed, index, reader, synonyms().chinese) if unanswered else []
    return Answer(found, partly=partly, proposals=proposals)


def _told(
    stocks: Sequence["_Stock | _Ranked"],
    counts: Mapping[int, int],
    asked: Asked,
    words: str,
    limit: int,
) -> list[Found]:
    held = [(s, counts[n]) for n, s in enumerate(stocks) if counts.get(n)]
    held.sort(key=lambda s: _FIRST.index(s[0].kind) if s[0].kind in _FIRST else len(_FIRST))
    query = urlencode({"q": words[:LONGEST].strip()})
    records = [
        Found(s.kind, s.title, n, f"{s.url}?{query}", s.first(limit) if place < _OPENED else ())
        for place, (s, n) in enumerate(held)
    ]
    return [*records[:2], *_of_book(asked, limit), *records[2:]]


@dataclass(frozen=True)
class _Stock:
    """The records of one kind that hold the words."""

    name: str
    kind: str
    title: str
    url: str
    found: QuerySet[Any]
    hit: Callable[[Any], Hit]

    def first(self, limit: int) -> tuple[Hit, ...]:
        return tuple(self.hit(x) for x in self.found[:limit])


@dataclass(frozen=True)
class _Ranked:
    """The records of one kind that answer a question, the best first."""

    stock: _Stock
    index: SearchIndex
    asked: Asked
    reader: Reader
    typing: bool

    @property
    def kind(self) -> str:
        return self.stock.kind

    @property
    def title(self) -> str:
        return self.stock.title

    @property
    def url(self) -> str:
        return self.stock.url

    def first(self, limit: int) -> tuple[Hit, ...]:
        hits = self.index.find(self.asked, self.reader, self.stock.name, limit, self.typing)
        things = {x.pk: x for x in self.stock.found.filter(pk__in=[h.pk for h in hits])}
        return tuple(
            replace(self.stock.hit(things[h.pk]), sentence=tuple(best_sentence(h.body, self.asked)))
            for h in hits
            if h.pk in things
        )


def _registers(actor: Actor, words: str) -> Iterable[_Stock]:
    """The registers whose lists this person may open."""
    for register in REGISTERS.values():
        if not (register.public or actor.has(*register.menu)):
            continue
        seen = register.visible(actor)
        found = search_simply(register, seen, words, actor) if words else seen
        found = found.prefetch_related(None)
        order = [register.listed.order] if register.listed.order else []
        page = _PAGES.get(register.slug, f"{register.slug}-record")
        yield _Stock(
            register.name,
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
        "market.introduction",
        "introductions",
        "对接",
        reverse("introductions"),
        (search_introductions(seen, words) if words else seen).order_by("-pk"),
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


_passages: dict[str, tuple[Book, tuple[_Passage, ...], SearchIndex]] = {}
_BOOK = (("policies", "政策", "policies"), ("targets", "目标", "plan"), ("tasks", "任务", "plan"))


def _of_book(asked: Asked, limit: int) -> list[Found]:
    """Policies, targets and tasks: everybody's."""
    passages, index = _passages_of(current_book())
    visitor = Reader(frozenset())
    counts = index.counts(asked, visitor)
    found = []
    for kind, title, page in _BOOK:
        if counts.get(kind):
            hits = [passages[h.pk] for h in index.find(asked, visitor, kind, limit)]
            first = tuple(Hit(titled(p.thing), p.place(), p.note) for p in hits)
            found.append(Found(kind, title, counts[kind], reverse(page), first))
    return found


def _passages_of(book: Book) -> tuple[tuple[_Passage, ...], SearchIndex]:
    """The book's passages and their index in memory; made once a book."""
    known = _passages.get("book")
    if known is None or known[0] is not book:
        passages, index = tuple(_read(book)), SearchIndex()
        everybody = frozenset({EVERYBODY})
        index.write(
            Entry(p.kind, n, (Face(everybody, Text(titled(p.thing), (), p.text)),))
            for n, p in enumerate(passages)
        )
        known = _passages["book"] = (book, passages, index)
    return known[1:]


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
