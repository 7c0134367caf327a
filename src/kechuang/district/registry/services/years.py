"""A firm's yearly return: opened, saved half-done, asked about, handed in, taken or sent back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from django.db import IntegrityError

from kechuang.book.cells import fact_written, read_cell
from kechuang.book.firms import fact_column
from kechuang.book.schemas import Book, Fact
from kechuang.district.core import clock, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.registry.models import SOURCES, Firm, FirmYear
from kechuang.district.registry.permissions import can_fill_year, can_see_finances
from kechuang.district.registry.workflow import YEARS
from kechuang.engines.base.errors import Invalid, InvalidForm, WrongState
from kechuang.engines.base.sayings import Said
from kechuang.engines.rules import Input, Number, Policy, Value, evaluate
from kechuang.engines.rules import at as law_of
from kechuang.engines.rules.check import typed
from kechuang.engines.text import normalise

FIRST_YEAR = 2000


@dataclass(frozen=True)
class Ask:
    """A question about a return that is answered by correcting a figure or by a word; it never
    blocks.
    """

    id: str
    words: str
    fields: tuple[str, ...]
    answer: str = ""
    words_en: str = ""  # the book's; a jump is said through the refusals' translations


def open_year(firm: Firm, year: int, actor: Actor, at: datetime) -> FirmYear:
    """Begin a year: what changes slowly is taken over from the last one, figures of the year are
    not.
    """
    YEARS.permit("open_year", FirmYear(firm=firm, year=year), actor)
    newest = clock.day_of(at).year
    if not FIRST_YEAR <= year <= newest:
        raise Invalid("year.out_of_range", "year", first=FIRST_YEAR, last=newest)
    if found := FirmYear.objects.filter(firm=firm, year=year).first():
        return found
    last = FirmYear.objects.filter(firm=firm, year__lt=year).first()
    slow = {n for n, f in current_book().facts.items() if f.slow}
    made = FirmYear(
        firm=firm,
        year=year,
        facts={n: f for n, f in (last.facts if last else {}).items() if n in slow},
    )
    try:
        with ledger.writing():
            begin(
                YEARS, "open_year", made, actor, at, facts={"year": year, "taken": len(made.facts)}
            )
    except IntegrityError:  # somebody else opened the same year in between
        return FirmYear.objects.get(firm=firm, year=year)
    return made


def save_year(
    thing: FirmYear,
    given: Mapping[str, str],
    source: str,
    actor: Actor,
    at: datetime,
    *,
    answers: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Entry:
    """Keep what is right, half-done too; what is blank is taken out.

    Args:
        given: Facts as a person writes them; those not named stay as they are.
        source: Where the facts that change come from; the others keep their own.

    Raises:
        InvalidForm: Every figure that cannot be read. Nothing is kept then.
    """
    YEARS.permit("save_year", thing, actor)
    clean = clean_facts(given)
    if source not in SOURCES:
        raise Invalid("year.source_missing", "source")
    if not may_name_source(actor):
        source = "self"  # what an audit or the tax office says is entered by the bureau
    elif source == "self" and not actor.is_system:
        source = "told"  # what an officer types is not the firm's own hand
    if not may_fill(thing, actor):
        raise WrongState("year.handed_in")
    facts = dict(thing.facts)
    for name, text in clean.items():
        if text is None:
            facts.pop(name, None)
        elif facts.get(name, {}).get("v") != text:
            facts[name] = {"v": text, "s": source}
    changed = sorted(n for n in {*facts, *thing.facts} if facts.get(n) != thing.facts.get(n))
    asked = {a.id for a in asks_of(FirmYear(firm=thing.firm, year=thing.year, facts=facts))}
    told = {
        k: normalise(v)[:500]
        for k, v in (answers or {}).items()
        if k in asked or k in thing.answers
    }
    kept = {**thing.answers, **told}
    changes = {"facts": facts, "answers": {k: v for k, v in kept.items() if v}}
    return advance(
        YEARS,
        "save_year",
        thing,
        actor,
        at,
        changes=changes,
        facts={"changed": changed, "source": source},
        version=thing.version if version is None else version,
    )


def may_name_source(actor: Actor) -> bool:
    """Whether a person may say that a figure comes from an audit or the tax office: a firm speaks
    for itself only.
    """
    return actor.is_system or actor.has("officer")


def may_fill(thing: FirmYear, actor: Actor) -> bool:
    """The bureau at any time, the firm until it has handed in and after it was sent back."""
    return bool(can_fill_year(actor, thing)) and (
        may_name_source(actor) or thing.state in ("draft", "returned")
    )


def clean_facts(given: Mapping[str, str]) -> dict[str, str | None]:
    """Facts in their plain form, by name.

    Raises:
        InvalidForm: One error a fact that cannot be read.
    """
    book, errors = current_book(), []
    clean: dict[str, str | None] = {}
    for name, text in given.items():
        if name not in book.facts:
            errors.append(Invalid("year.no_such_fact", name, name=name))
            continue
        try:
            clean[name] = _read(book, book.facts[name], text)
        except Invalid as e:
            errors.append(e.at(name))
    if errors:
        raise InvalidForm(errors)
    return clean


def _read(book: Book, fact: Fact, text: str) -> str | None:
    found = read_cell(fact_column(fact), text.strip(), book)
    return str(found) if found else None


def submit_year(thing: FirmYear, actor: Actor, at: datetime) -> Entry:
    """Hand in. Questions that nobody answered go along; they do not stand in the way."""
    if not thing.facts:
        raise Invalid("year.empty", "year")
    opened = [a.id for a in asks_of(thing) if not a.answer]
    return advance(YEARS, "submit_year", thing, actor, at, facts={"unanswered": opened})


def accept_year(thing: FirmYear, actor: Actor, at: datetime) -> Entry:
    return advance(YEARS, "accept_year", thing, actor, at)


def return_year(thing: FirmYear, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(YEARS, "return_year", thing, actor, at, why=why)


def take_in(
    firm: Firm, year: int, given: Mapping[str, str], source: str, actor: Actor, at: datetime
) -> FirmYear:
    """A return from a sheet: opened, written and handed in, in one.

    A draft that somebody is still writing is added to and stays theirs to hand in.
    """
    with ledger.writing():
        begun = FirmYear.objects.filter(
            firm=firm, year=year, state__in=("draft", "returned")
        ).exists()
        thing = open_year(firm, year, actor, at)
        save_year(thing, given, source, actor, at)
        if thing.state in ("draft", "returned") and (not begun or firm.pk in actor.firms):
            submit_year(thing, actor, at)
    return thing


def restore_year(
    thing: FirmYear, facts: Mapping[str, dict[str, str]], was: str, actor: Actor, at: datetime
) -> Entry:
    """Put a return back to what it said before an import; one that was a draft, or was not there,
    is a draft again.
    """
    changed = sorted(n for n in {*facts, *thing.facts} if facts.get(n) != thing.facts.get(n))
    step = "restore_year" if was in ("submitted", "accepted") else "undo_year"
    return advance(
        YEARS, step, thing, actor, at, changes={"facts": dict(facts)}, facts={"changed": changed}
    )


def undo_year(thing: FirmYear, actor: Actor, at: datetime) -> Entry:
    """Take a return of which nothing stood before back to an empty draft."""
    return restore_year(thing, {}, "", actor, at)


def values_of(thing: FirmYear) -> dict[str, Value]:
    """The facts as values; one that the book no longer knows is left out."""
    inputs = {n: f.given for n, f in current_book().facts.items()}
    return typed({n: fact_written(f["v"]) for n, f in thing.facts.items() if n in inputs}, inputs)


def shown_facts(thing: FirmYear, actor: Actor) -> dict[str, dict[str, str]]:
    """The facts that a person may see: without the finances where those are not theirs to know."""
    open_to = bool(can_see_finances(actor, thing.firm))
    book = current_book()
    return {
        n: f
        for n, f in thing.facts.items()
        if n in book.facts and (open_to or not book.facts[n].secret)
    }


def year_row(thing: FirmYear, actor: Actor) -> dict[str, object]:
    """A return as a row of its sheet: what the person may see of it."""
    owner = thing.firm.organisation
    shown = shown_facts(thing, actor)
    sources = Counter(f["s"] for f in shown.values())
    source = sources.most_common(1)[0][0] if sources else None
    return {
        "code": owner.reference,
        "name": owner.name,
        "year": thing.year,
        "source": source,
        **{n: f["v"] for n, f in shown.items()},
    }


def asks_of(thing: FirmYear) -> list[Ask]:
    """What looks odd: the book's questions, and figures that jumped against last year's."""
    return asks_beside(thing, FirmYear.objects.filter(firm=thing.firm, year=thing.year - 1).first())


def asks_beside(thing: FirmYear, last: FirmYear | None) -> list[Ask]:
    """The same, with last year's return at hand."""
    book = current_book()
    now = values_of(thing)
    return [
        replace(a, answer=thing.answers.get(a.id, ""))
        for a in (*_by_rules(book, now), *_by_jumps(book, now, values_of(last) if last else {}))
    ]


def _by_rules(book: Book, now: Mapping[str, Value]) -> list[Ask]:
    policy = _as_policy(book)
    law = law_of([policy], policy.start)
    found = evaluate(law, now, list(book.asks))
    return [
        Ask(n, book.asks[n].clause, law.needed([n]), "", book.asks[n].source)
        for n, value in found.items()
        if value is False
    ]


def _as_policy(book: Book) -> Policy:
    """The questions as rules over the facts, so that the one evaluator answers them."""
    inputs: dict[str, Input] = {n: f.given for n, f in book.facts.items()}
    first = min((r.versions[0][0] for r in book.asks.values()), default=date.min)
    return Policy(
        "asks",
        "",
        "",
        (),
        "",
        None,
        first,
        None,
        (),
        "",
        "",
        tuple(book.asks),
        inputs,
        {},
        dict(book.asks),
        {},
        (),
    )


def _by_jumps(book: Book, now: Mapping[str, Value], last: Mapping[str, Value]) -> list[Ask]:
    found = []
    for name, fact in book.facts.items():
        a, b = last.get(name), now.get(name)
        if (
            fact.jump
            and isinstance(a, Number)
            and isinstance(b, Number)
            and _leaps(a.low, b.low, fact.jump)
        ):
            words = Said("year.jump", name=name, times=fact.jump)
            found.append(Ask(f"{name}·突变", words, (name,)))
    return found


def _leaps(a: Fraction, b: Fraction, jump: int) -> bool:
    """Ten employees more are no leap: only what is large enough to matter is asked about."""
    small, large = sorted((abs(a), abs(b)))
    return large >= 20 and small > 0 and large > small * jump
