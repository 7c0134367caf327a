"""Two books laid side by side: the same, different, only theirs, only ours, each with the likely
reason.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kechuang.engines.base.sayings import Said
from kechuang.engines.text import comparable


@dataclass(frozen=True)
class Line:
    """A row of either book.

    ``key`` is a credit code or contract number; ``facts`` hold day, name, place, kind, value …
    """

    key: str
    label: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    ref: str = ""  # where it stands: a line of their sheet, a record of ours


@dataclass(frozen=True)
class Pair:
    """Two rows with the same key, and in what they differ."""

    theirs: Line
    ours: Line
    differences: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Lonely:
    """A row that only one book has, and the likely reason."""

    line: Line
    reason: Said
    kind: str  # place, day, late, class, name, unknown


@dataclass(frozen=True)
class Piles:
    """What laying the books side by side found.

    ``doubtful`` pairs go to a person: (theirs, ours, why).
    """

    same: tuple[Pair, ...]
    different: tuple[Pair, ...]
    only_theirs: tuple[Lonely, ...]
    only_ours: tuple[Lonely, ...]
    doubtful: tuple[tuple[Line, Line, Said], ...]
    twice: tuple[Line, ...]


@dataclass(frozen=True)
class Rules:
    """How two rows compare: which facts must agree (name → words), the period and place of their
    list.
    """

    compare: Mapping[str, str]
    start: date | None = None
    end: date | None = None
    place: str = ""
    published_on: date | None = None
    elsewhere: Callable[[str], Said | None] | None = (
        None  # key → why our books know it outside this list
    )


def reconcile(theirs: Sequence[Line], ours: Sequence[Line], rules: Rules) -> Piles:
    """Join by key, then give every lonely row a reason.

    Names never join; equal names make a doubtful pair.
    """
    mine = {line.key: line for line in ours}
    seen: dict[str, Line] = {}
    twice: list[Line] = []
    for line in theirs:
        if line.key in seen:
            twice.append(line)
        seen.setdefault(line.key, line)
    same: list[Pair] = []
    different: list[Pair] = []
    for key, line in seen.items():
        if key in mine:
            found = differences(line, mine[key], rules)
            (different if found else same).append(Pair(line, mine[key], found))
    strangers = [line for key, line in seen.items() if key not in mine]
    alone = [line for line in ours if line.key not in seen]
    doubtful = doubts(strangers, alone)
    return Piles(
        tuple(same),
        tuple(different),
        tuple(_only_theirs(line, rules) for line in strangers),
        tuple(_only_ours(line, rules) for line in alone),
        tuple(doubtful),
        tuple(twice),
    )


def differences(theirs: Line, ours: Line, rules: Rules) -> tuple[Said, ...]:
    """In words, each compared fact that both have and that differs."""
    found = []
    for name, words in rules.compare.items():
        a, b = theirs.facts.get(name), ours.facts.get(name)
        if a in (None, "") or b in (None, "") or _plain(a) == _plain(b):
            continue
        found.append(Said("lonely.differs", field=words, theirs=a, ours=b))
    return tuple(found)


def _plain(value: object) -> str:
    return comparable(str(value)).replace(" ", "")


def _only_theirs(line: Line, rules: Rules) -> Lonely:
    known = rules.elsewhere(line.key) if rules.elsewhere else None
    if known:
        return Lonely(line, known, "class")
    place = str(line.facts.get("place") or "")
    if place and rules.place and place != rules.place:
        return Lonely(line, Said("lonely.elsewhere", place=place, home=rules.place), "place")
    return Lonely(line, Said("lonely.not_ours"), "unknown")


def _only_ours(line: Line, rules: Rules) -> Lonely:
    day = line.facts.get("day")
    if isinstance(day, date):
        if rules.end and day > rules.end:
            return Lonely(line, Said("lonely.after_end", day=day, end=rules.end), "day")
        if rules.start and day < rules.start:
            return Lonely(line, Said("lonely.before_start", day=day, start=rules.start), "day")
        if rules.published_on and (rules.published_on - day).days <= 30:
            return Lonely(
                line,
                Said("lonely.near_publication", day=day, published=rules.published_on),
                "late",
            )
    if line.facts.get("entered_late"):
        return Lonely(line, Said("lonely.entered_late"), "late")
    return Lonely(line, Said("lonely.not_theirs"), "unknown")


def doubts(theirs: Sequence[Line], ours: Sequence[Line]) -> list[tuple[Line, Line, Said]]:
    """Pairs of lonely rows with the same name (or a former one) and different keys: a person
    decides.
    """
    by_name: dict[str, list[Line]] = {}
    for line in ours:
        for name in (line.label, *(line.facts.get("former_names") or ())):
            by_name.setdefault(_core(name), []).append(line)
    found = []
    for line in theirs:
        why = Said("doubt.same_name_other_key")
        found += [(line, other, why) for other in by_name.get(_core(line.label), [])]
    return found


def _core(name: str) -> str:
    text = _plain(name)
    for tail in ("有限责任公司", "股份有限公司", "有限公司"):
        text = text.removesuffix(tail)
    return text
