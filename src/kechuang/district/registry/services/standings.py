"""Where firms stand on the ladder: held rungs, the rules' verdict on each, what fails, and what
would do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.book.schemas import Book, Rung
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.registry.models import SOURCES, Firm, FirmYear, Recognition
from kechuang.district.registry.permissions import can_see_finances
from kechuang.district.registry.queries import in_force, live_of, years_of
from kechuang.engines.base.days import months_after
from kechuang.engines.rules import (
    ABSENT,
    Answer,
    Gap,
    Lack,
    Law,
    Policy,
    Value,
    assess,
    at,
    evaluate,
    failing,
    parts,
)
from kechuang.engines.rules.facts import Subject, inputs_of
from kechuang.engines.rules.many import evaluate_all, gaps_for_all
from kechuang.engines.rules.plans import Plans, plans

from .years import values_of

LOOK_AHEAD = 36  # months
NO_PLANS = Plans(())
YES, NO, OPEN, NONE = "passes", "fails", "cannot_tell", "no_rule"


@dataclass(frozen=True)
class Standing:
    """A firm on one rung.

    ``held``: its recognition in force; ``verdict``: what the rules say on the day.
    """

    rung: Rung
    held: Recognition | None
    verdict: str
    failing: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unpublished: tuple[str, ...] = ()
    ended: Policy | None = None  # the text that set the rung's conditions, where it is over


@dataclass(frozen=True)
class Explained:
    """One rung in full: the trace, where every input comes from, and the cheapest ways
    up.
    """

    standing: Standing
    answer: Answer | None
    given: Mapping[str, Value]
    wheres: Mapping[str, str]
    law: Law
    policy: Policy | None
    mixes: Plans = NO_PLANS
    opens: tuple[
        tuple[str, date], ...
    ] = ()  # conditions that time alone mends, and the first month in which it has
    partial: bool = False  # the mixes mend what surely fails; other conditions cannot be told


def subject_of(
    firm: Firm, day: date, years: Sequence[FirmYear], held: Iterable[Recognition]
) -> Subject:
    """What rules may know of a firm on a day."""
    known = [r for r in held if r.state == "recorded" and r.valid_from <= day]
    wheres = {(y.year, n): SOURCES.get(f["s"], "") for y in years for n, f in y.facts.items()}
    return Subject(
        {y.year: values_of(y) for y in years},
        firm.founded_on,
        frozenset(r.rung for r in known if in_force(r, day)),
        frozenset(r.rung for r in known),
        wheres,
        _registered(firm),
    )


def _registered(firm: Firm) -> dict[str, int]:
    """How many records in force a firm has in each declared register that rules ask of."""
    asked = {f.register for f in current_book().feeds.values() if f.register}
    return {name: live_of(name, firm.pk) for name in sorted(asked)}


def standings_of(
    firm: Firm, day: date, *, drafts: bool = False, explain: bool = True
) -> list[Standing]:
    """All rungs, lowest first.

    Without ``explain`` only what is held: a verdict speaks of the firm's finances.
    """
    book = current_book()
    if not explain:
        standing = _in_force(firm, day)
        return [Standing(r, standing.get(r.id), NONE) for r in ladder(book, day)]
    law, given, _ = known_of(book, firm, day, drafts)
    return on_every_rung(firm, law, given)


def on_every_rung(firm: Firm, law: Law, given: Mapping[str, Value]) -> list[Standing]:
    """All rungs, lowest first, from what is known."""
    book, held = current_book(), _in_force(firm, law.day)
    return [_standing(book, law, given, r, held.get(r.id)) for r in ladder(book, law.day)]


def standing_on(firm: Firm, rung: str, day: date) -> Standing:
    """One rung."""
    book = current_book()
    law, given, _ = known_of(book, firm, day, drafts=False)
    return _standing(book, law, given, book.ladder[rung], _in_force(firm, day).get(rung))


def ladder(book: Book, day: date) -> list[Rung]:
    """The rungs there are on a day, lowest first."""
    return sorted((r for r in book.ladder.values() if r.names[0][0] <= day), key=lambda r: r.order)


def explained(firm: Firm, rung: str, day: date, *, drafts: bool = False) -> Explained:
    """One rung with its trace, and the cheapest mixes of actions that would do."""
    book = current_book()
    law, given, wheres = known_of(book, firm, day, drafts)
    held = book.ladder[rung]
    found = _standing(book, law, given, held, _in_force(firm, day).get(rung))
    if held.rule not in law.formulas:
        return Explained(found, None, given, wheres, law, said_last(book, held.rule, day))
    policy = law.formulas[held.rule].policy
    actions = tuple(policy.actions.values())
    mixes = plans(law, given, held.rule, actions) if found.failing else NO_PLANS
    partial = bool(found.failing) and not mixes.found and not mixes.lacking
    if partial:  # other conditions cannot be told: mend at least what surely fails
        mixes = plans(law, given, found.failing, actions)
    opens = tuple((n, d) for n in found.failing if (d := _opens(book, firm, law, given, n, day)))
    answer = assess(law, given, [held.rule])
    return Explained(found, answer, given, wheres, law, policy, mixes, opens, partial)


def said_last(book: Book, rule: str, day: date) -> Policy | None:
    """The policy that said a rule last before a day; where none has begun, the one that will."""
    said = sorted((p for p in book.policies.values() if rule in p.rules), key=lambda p: p.start)
    return next((p for p in reversed(said) if p.start <= day), next(iter(said), None))


def ended(book: Book, rung: Rung, day: date) -> Policy | None:
    """The policy that set a rung's conditions, when it is over and none has followed it."""
    last = said_last(book, rung.rule, day) if rung.rule else None
    return last if last and last.ended(day) else None


def _opens(
    book: Book, firm: Firm, law: Law, given: Mapping[str, Value], name: str, day: date
) -> date | None:
    """The first of a month, within three years, on which a condition holds though nothing but
    time has passed.
    """
    ageing = {n: f for n, f in book.feeds.items() if f.since and n in law.needed([name])}
    for months in range(1, LOOK_AHEAD + 1) if ageing else ():
        then = months_after(day.replace(day=1), months)
        later, _ = inputs_of(ageing, Subject({}, firm.founded_on), then)
        if evaluate(law, {**given, **later}, [name])[name] is True:
            return then
    return None


def known_of(
    book: Book, firm: Firm, day: date, drafts: bool
) -> tuple[Law, dict[str, Value], dict[str, str]]:
    """(the law of a day, what it may know of a firm, where each of it comes from)."""
    years = years_of([firm.pk], drafts=drafts).get(firm.pk, [])
    subject = subject_of(firm, day, years, firm.recognitions.all())
    given, wheres = inputs_of(book.feeds, subject, day)
    return _law_on(book, day), given, wheres


_MOST_DAYS = 64
_laws: list[tuple[Book | None, dict[date, Law]]] = [(None, {})]


def _law_on(book: Book, day: date) -> Law:
    """The law of a day: working it out takes as long as judging a firm by it, so those of the book
    in hand are kept. Another book in force begins anew.
    """
    whose, held = _laws[0]
    if whose is not book or len(held) >= _MOST_DAYS:
        held = {}
        _laws[0] = (book, held)
    if day not in held:
        held[day] = at(tuple(book.policies.values()), day)
    return held[day]


def _in_force(firm: Firm, day: date) -> dict[str, Recognition]:
    rows = (r for r in firm.recognitions.all() if r.state == "recorded" and in_force(r, day))
    return {r.rung: r for r in sorted(rows, key=lambda r: r.valid_from)}


def _standing(
    book: Book, law: Law, given: Mapping[str, Value], rung: Rung, held: Recognition | None
) -> Standing:
    if not rung.rule:
        return Standing(rung, held, NONE)
    value = evaluate(law, given, [rung.rule])[rung.rule]
    if value is ABSENT:
        return Standing(rung, held, NONE, ended=ended(book, rung, law.day))
    lost = failing(law, given, rung.rule) if value is not True else ()
    if value is True:
        return Standing(rung, held, YES)
    answer = assess(law, given, [rung.rule])
    return Standing(rung, held, verdict_of(value), lost, answer.missing, answer.unpublished)


def verdict_of(value: Value) -> str:
    """passes, fails or cannot_tell."""
    return YES if value is True else NO if value is False else OPEN


def may_explain(firm: Firm, actor: Actor) -> bool:
    """Whether a person may see why: the trace shows the firm's finances."""
    return bool(can_see_finances(actor, firm))


def path_of(firm: Firm, day: date) -> list[tuple[int, list[tuple[str, str]]]]:
    """Year by year, the verdict on each rung by that year's returns under the law of the middle
    of the next.
    """
    book, years = current_book(), years_of([firm.pk]).get(firm.pk, [])
    rungs = [r for r in ladder(book, day) if r.rule]
    found = []
    for year in sorted({y.year for y in years}):
        then = min(date(year + 1, 6, 30), day)
        law = _law_on(book, then)
        known = [y for y in years if y.year <= year]
        given, _ = inputs_of(
            book.feeds, subject_of(firm, then, known, firm.recognitions.all()), then
        )
        values = evaluate(law, given, [r.rule for r in rungs])
        told = [(r.id, NONE if (v := values[r.rule]) is ABSENT else verdict_of(v)) for r in rungs]
        found.append((year, told))
    return found


@dataclass(frozen=True)
class Placed:
    """A firm in the funnel of a rung."""

    firm: Firm
    held: Recognition | None
    verdict: str
    failing: tuple[str, ...]
    unsure: tuple[str, ...]  # conditions that cannot be told

    @property
    def near(self) -> bool:
        """One condition away: exactly one fails, all others hold or cannot be told about."""
        return self.verdict == NO and len(self.failing) == 1 and not self.unsure


def inputs_of_firms(firms: Sequence[Firm], day: date) -> list[tuple[Firm, dict[str, Value]]]:
    """Each firm with what the rules may know of it on a day: one query for all returns."""
    years, feeds = years_of(f.pk for f in firms), current_book().feeds
    return [
        (f, inputs_of(feeds, subject_of(f, day, years.get(f.pk, []), f.recognitions.all()), day)[0])
        for f in firms
    ]


def funnel(firms: Sequence[Firm], rung: str, day: date) -> list[Placed]:
    """All firms on one rung at once: the batch evaluator over their last returns."""
    book = current_book()
    held = book.ladder[rung]
    law = _law_on(book, day)
    if held.rule not in law.formulas:
        return [Placed(f, _in_force(f, day).get(rung), NONE, (), ()) for f in firms]
    rows = [given for _, given in inputs_of_firms(firms, day)]
    named = parts(law, held.rule)
    found = evaluate_all(law, rows, list(dict.fromkeys([held.rule, *named])))
    return [
        Placed(
            f,
            _in_force(f, day).get(rung),
            verdict_of(told[held.rule]),
            tuple(p for p in named if told[p] is False),
            tuple(p for p in named if isinstance(told[p], Lack)),
        )
        for f, told in zip(firms, found, strict=True)
    ]


def mends(firms: Sequence[Firm], rung: str, day: date) -> dict[int, Gap]:
    """For each firm that one action alone would lift onto a rung: the cheapest such action, by the
    firm's key. All firms are reckoned at once.
    """
    book = current_book()
    held = book.ladder[rung]
    law = _law_on(book, day)
    if held.rule not in law.formulas:
        return {}
    rows = [given for _, given in inputs_of_firms(firms, day)]
    actions = tuple(law.formulas[held.rule].policy.actions.values())
    found = gaps_for_all(law, rows, held.rule, actions)
    return {f.pk: ways[0] for f, ways in zip(firms, found, strict=True) if ways}
