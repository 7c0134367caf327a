"""Two books laid side by side: rows of both, rows that only they have, rows that only we have.

Every row of either book stands in exactly one pile, so that rows and money add up; every reason
names the rows that prove it.
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

    ``key`` is a credit code or contract number, "" where none can be read; ``fault`` says why.
    ``facts`` hold day, name, place, kind …; ``fen`` the row's amount, None where it has none that
    can be read.
    """

    key: str
    label: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    ref: str = ""  # where it stands: a line of their sheet, a record of ours
    fen: int | None = None
    fault: str = ""


@dataclass(frozen=True)
class Pair:
    """Two rows with the same key, and in what they differ."""

    theirs: Line
    ours: Line
    differences: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Lonely:
    """A row that only one book has, why, and the rows of either book that prove it.

    ``kind``: key, twice, place, day, elsewhere, name, late or unknown.
    """

    line: Line
    reason: Said
    kind: str
    proof: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Sum:
    """Rows, their amount in fen, and how many of them have no amount that can be read."""

    rows: int = 0
    fen: int = 0
    unread: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.rows + other.rows, self.fen + other.fen, self.unread + other.unread)


def summed(lines: Sequence[Line]) -> Sum:
    """Rows and money of a pile."""
    return Sum(len(lines), sum(x.fen or 0 for x in lines), sum(x.fen is None for x in lines))


@dataclass(frozen=True)
class Piles:
    """What laying the books side by side found: pairs, rows that only they have, rows that only we
    have. Together they are both books.

    ``doubtful`` pairs of lonely rows go to a person: (theirs, ours, why).
    """

    pairs: tuple[Pair, ...]
    only_theirs: tuple[Lonely, ...]
    only_ours: tuple[Lonely, ...]
    doubtful: tuple[tuple[Line, Line, Said], ...]

    @property
    def same(self) -> tuple[Pair, ...]:
        """Pairs that agree."""
        return tuple(p for p in self.pairs if not p.differences)

    @property
    def different(self) -> tuple[Pair, ...]:
        """Pairs that differ."""
        return tuple(p for p in self.pairs if p.differences)

    @property
    def sums(self) -> dict[str, Sum]:
        """both_theirs, both_ours, only_theirs, only_ours; and theirs, ours, the whole books."""
        found = {
            "both_theirs": summed([p.theirs for p in self.pairs]),
            "both_ours": summed([p.ours for p in self.pairs]),
            "only_theirs": summed([x.line for x in self.only_theirs]),
            "only_ours": summed([x.line for x in self.only_ours]),
        }
        whole = {n: found[f"both_{n}"] + found[f"only_{n}"] for n in ("theirs", "ours")}
        return found | whole


@dataclass(frozen=True)
class Rules:
    """How two rows compare: which facts must agree (name → words), the period and place of their
    list.

    ``elsewhere`` tells where our books know a key outside this list: the reason and our record.
    """

    compare: Mapping[str, str]
    start: date | None = None
    end: date | None = None
    place: str = ""
    published_on: date | None = None
    elsewhere: Callable[[str], tuple[Said, Line] | None] | None = None


def reconcile(theirs: Sequence[Line], ours: Sequence[Line], rules: Rules) -> Piles:
    """Join by key, then give every lonely row a reason.

    Names never join; equal names make a doubtful pair.
    """
    pairs: list[Pair] = []
    left: list[Lonely] = []
    right: list[Lonely] = []
    strangers: list[Line] = []
    alone: list[Line] = []
    mine, seen = _by_key(ours), _by_key(theirs)
    for key, rows in seen.items():
        pair = _closest(rows, mine.get(key, []), rules)
        if pair:
            pairs.append(pair)
            left += [_twice(x, pair.theirs) for x in rows if x is not pair.theirs]
            right += [_twice(x, pair.ours) for x in mine[key] if x is not pair.ours]
        else:
            strangers.append(rows[0])
            left += [_twice(x, rows[0]) for x in rows[1:]]
    for key, rows in mine.items():
        if key not in seen:
            alone.append(rows[0])
            right += [_twice(x, rows[0]) for x in rows[1:]]
    strangers += [x for x in theirs if not x.key]
    alone += [x for x in ours if not x.key]
    doubtful = doubts(strangers, alone)
    left += [_only_theirs(x, rules, [b for a, b, _ in doubtful if a is x]) for x in strangers]
    right += [_only_ours(x, rules, [a for a, b, _ in doubtful if b is x]) for x in alone]
    return Piles(tuple(pairs), _in_order(left, theirs), _in_order(right, ours), tuple(doubtful))


def _by_key(lines: Sequence[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        if line.key:
            found.setdefault(line.key, []).append(line)
    return found


def _in_order(lonely: Sequence[Lonely], lines: Sequence[Line]) -> tuple[Lonely, ...]:
    place = {id(line): n for n, line in enumerate(lines)}
    return tuple(sorted(lonely, key=lambda x: place[id(x.line)]))


def _closest(theirs: Sequence[Line], ours: Sequence[Line], rules: Rules) -> Pair | None:
    """The two rows of a key that differ least; the first of those that differ alike."""
    found = [Pair(a, b, differences(a, b, rules)) for a in theirs for b in ours]
    return min(found, key=lambda p: len(p.differences), default=None)


def _twice(line: Line, first: Line) -> Lonely:
    reason = Said("lonely.twice", key=line.key)
    return Lonely(line, reason, "twice", (first,))


def differences(theirs: Line, ours: Line, rules: Rules) -> tuple[Said, ...]:
    """In words, each compared fact that both have and that differs, or that cannot be read in
    theirs (``unread`` among its facts names those). A former name is no other.
    """
    found = []
    for name, words in rules.compare.items():
        a, b = theirs.facts.get(name), ours.facts.get(name)
        if name in theirs.facts.get("unread", ()):
            found.append(Said("lonely.unread_fact", field=words, line=theirs.ref))
        if a in (None, "") or b in (None, ""):
            continue
        known = [b, *(ours.facts.get("former_names") or ())] if name == "name" else [b]
        if _plain(a) not in map(_plain, known):
            found.append(Said("lonely.differs", field=words, theirs=a, ours=b))
    return tuple(found)


def _plain(value: object) -> str:
    return comparable(str(value)).replace(" ", "")


def _only_theirs(line: Line, rules: Rules, alike: Sequence[Line]) -> Lonely:
    """Why we do not have a row of theirs, as far as rows prove it."""
    if not line.key:
        return _without_key(line, alike)
    known = rules.elsewhere(line.key) if rules.elsewhere else None
    if known:
        return Lonely(line, known[0], "elsewhere", (known[1],))
    day = line.facts.get("day")
    if isinstance(day, date) and (reason := _outside(day, rules)):
        return Lonely(line, reason, "day", (line,))
    place = str(line.facts.get("place") or "")
    if place and rules.place and place != rules.place:
        said = Said("lonely.elsewhere", place=place, home=rules.place)
        return Lonely(line, said, "place", (line,))
    if alike:
        return Lonely(line, Said("lonely.name_with_us", name=line.label), "name", tuple(alike))
    return Lonely(line, Said("lonely.not_ours", key=line.key), "unknown")


def _without_key(line: Line, alike: Sequence[Line]) -> Lonely:
    fault = line.fault or Said("lonely.no_key")
    if alike:
        reason = Said("lonely.key_unread_name", fault=fault, name=line.label)
        return Lonely(line, reason, "key", (line, *alike))
    return Lonely(line, Said("lonely.key_unread", fault=fault), "key", (line,))


def _outside(day: date, rules: Rules) -> Said | None:
    """Why a day does not belong to the period, when it does not."""
    if rules.end and day > rules.end:
        return Said("lonely.after_end", day=day, end=rules.end)
    if rules.start and day < rules.start:
        return Said("lonely.before_start", day=day, start=rules.start)
    return None


def _only_ours(line: Line, rules: Rules, alike: Sequence[Line]) -> Lonely:
    """Why they do not have a row of ours, as far as rows prove it."""
    if alike:
        faulty = [a for a in alike if not a.key]
        code = "lonely.name_without_key" if faulty else "lonely.name_with_them"
        named = faulty or list(alike)
        said = Said(code, name=line.label, refs=[a.ref for a in named])
        return Lonely(line, said, "name", tuple(named))
    if not line.key:
        return _without_key(line, ())
    day = line.facts.get("day")
    if isinstance(day, date):
        if reason := _outside(day, rules):
            return Lonely(line, reason, "day", (line,))
        published = rules.published_on
        if published and 0 <= (published - day).days <= _NEAR:
            facts = {"day": day, "published": published, "days": (published - day).days}
            return Lonely(line, Said("lonely.near_publication", **facts), "late", (line,))
        if published and day > published:
            said = Said("lonely.after_publication", day=day, published=published)
            return Lonely(line, said, "day", (line,))
    return Lonely(line, Said("lonely.not_theirs", key=line.key), "unknown")


_NEAR = 30  # days before a publication in which a row may have come too late for it


def doubts(theirs: Sequence[Line], ours: Sequence[Line]) -> list[tuple[Line, Line, Said]]:
    """Pairs of lonely rows with the same name (or a former one) and different keys: a person
    decides.
    """
    by_name: dict[str, list[Line]] = {}
    for line in ours:
        names = (line.label, *(line.facts.get("former_names") or ()))
        for name in dict.fromkeys(map(_core, names)):
            by_name.setdefault(name, []).append(line)
    found = []
    for line in theirs:
        why = Said("doubt.same_name_other_key" if line.key else "doubt.same_name_no_key")
        if name := _core(line.label):
            found += [(line, other, why) for other in by_name.get(name, [])]
    return found


def _core(name: str) -> str:
    text = _plain(name)
    for tail in ("有限责任公司", "股份有限公司", "有限公司"):
        text = text.removesuffix(tail)
    return text
