"""What a person typed, understood: nothing that can be typed is an error."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import rjieba

from kechuang.engines.text import comparable, cut

from .synonyms import Synonyms
from .tokens import RUNS, is_chinese, number, runs_with_numbers

LONGEST = 300  # letters of a question that are looked at
MOST_UNITS = 24
_QUOTES = str.maketrans(dict.fromkeys("“”„「」『』", '"'))
_PIECE = re.compile(
    r'(?P<no>(?<!\S)-(?=\S))?(?:(?P<name>[^\s:"-]{1,20}):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))'
)
_SENTENCE = 4  # units from which a question is a sentence
_ENOUGH = 2  # units that a record must have; of a sentence few more stand together
_LONG, _FEW = 3, 10  # of so many units one is enough where fewer than so many records have more


@dataclass(frozen=True)
class Unit:
    """One thing that is looked for, under any of its names."""

    names: tuple[str, ...]  # the first as it was typed
    numbers: tuple[str, ...] = ()  # it may be a number, so spelt


@dataclass(frozen=True)
class Asked:
    """A question: what is looked for, what must stand so, what must not, what it is narrowed to."""

    units: tuple[Unit, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()  # by which what is found is put in order
    also: tuple[str, ...] = ()  # words of the other names: they weigh less
    last: str = ""  # the Latin word or number that may still be being typed
    text: str = ""  # without operators
    any_will_do: bool = False  # what is found need not hold all of it

    def __bool__(self) -> bool:
        return bool(self.units or self.phrases or self.filters)

    @property
    def least(self) -> int:
        """How many units a record must have: both of two, a few of a sentence."""
        if self.any_will_do:
            return 1
        count = len(self.units)
        return min(count, _ENOUGH)

    @property
    def loosened(self) -> "Asked":
        """The same with its phrases as words, and one of them enough: for when hardly anything has more."""
        phrases = [Unit((p,)) for p in self.phrases]
        return replace(self, units=(*self.units, *phrases), phrases=(), any_will_do=True)

    @property
    def scattered(self) -> "Asked":
        """The same with single words for its units, and one of them enough."""
        words = tuple(Unit((w,)) for w in self.words if len(w) > 1)
        return replace(self, units=words[:MOST_UNITS], any_will_do=True) if words else self


def understand(typed: str, synonyms: Synonyms, fields: Collection[str] = ()) -> Asked:
    """Read a question: words, "phrases", -exclusions, field:value and numbers.

    Args:
        typed: Anything; of a long text only the beginning is looked at.
        synonyms: Other names of what is named.
        fields: Names before a colon that are filters; any other colon is a mark like others.
    """
    plain = comparable(typed[:LONGEST].translate(_QUOTES).replace("\n", " "))
    if plain.count('"') % 2:
        plain = plain.replace('"', " ")
    known = {comparable(f): f for f in fields}
    free: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    filters: list[tuple[str, str]] = []
    for hit in _PIECE.finditer(plain):
        named, quoted = hit["name"] or "", hit["quoted"]
        text = quoted if quoted is not None else hit["plain"]
        if named in known and RUNS.search(text):
            filters.append((named, text))
        elif not RUNS.search(text):
            free += [named] if named else []
        elif hit["no"]:
            without.append(text)
        elif quoted is not None:
            phrases.append(text)
            free += [named] if named else []
        else:
            free.append(f"{named} {text}" if named else text)
    rest = " ".join(free)
    units = _units(rest, synonyms)[:MOST_UNITS]
    told = " ".join([rest, *phrases])
    if len(units) >= _SENTENCE:  # quotes in a sentence that was pasted are no wish
        units, phrases = [*units, *(u for p in phrases for u in _named(p, synonyms))], []
    also = [w for u in units for n in u.names[1:] for w in cut(n)]
    last = re.search(r"[a-z0-9][a-z0-9.\-]*$", rest)
    return Asked(
        tuple(units),
        tuple(phrases[:8]),
        tuple(without[:8]),
        tuple(filters[:8]),
        tuple(dict.fromkeys(cut(told))),
        tuple(dict.fromkeys(also)),
        last[0] if last and free and not plain.endswith(" ") else "",
        told,
    )


def fitting(asked: Asked, count: Callable[[Asked], int]) -> Asked:
    """The question; a long one of which few records have enough, with one thing of it being enough;
    one that nothing answers, with one of its words being enough.

    The order does not change: who has most stands first. A number that nothing bears stays not
    found, and what stands between quotes stays as it stands.

    Args:
        count: How many records answer a question.
    """
    often = count(asked)
    if often < _FEW and len(asked.units) + len(asked.phrases) >= _LONG:
        asked = asked.loosened
        often = count(asked)
    if often or not asked.units or any(u.numbers for u in asked.units):
        return asked
    return asked.scattered


def _units(rest: str, synonyms: Synonyms) -> list[Unit]:
    units: list[Unit] = []
    at = 0
    for begin, last, written in runs_with_numbers(rest):
        first, parts = begin, written
        if " " in rest[first:last] and parts[0] in synonyms.others:  # UAV 2026 is no number
            first, parts = first + len(parts[0]), parts[1:]
        units += _named(rest[at:first], synonyms)
        units.append(_numbered(rest[first:last].strip(), parts))
        at = last
    units += _named(rest[at:], synonyms)
    return list(dict.fromkeys(units))


def _numbered(typed: str, parts: Sequence[str]) -> Unit:
    return Unit((typed,), (number(parts),))


def _named(text: str, synonyms: Synonyms) -> list[Unit]:
    found: list[Unit] = []
    runs = RUNS.findall(text)
    at = 0
    while at < len(runs):
        if is_chinese(runs[at]):
            for part, known in synonyms.split(runs[at]):
                if known:
                    found.append(Unit((part, *synonyms.others[part])))
                else:
                    found += [Unit((w,)) for w in _glued(part)]
            at += 1
            continue
        length = synonyms.latin(runs, at) or 1
        name = " ".join(runs[at : at + length])
        if len(name) > 1 or len(runs) == 1:
            found.append(Unit((name, *synonyms.others.get(name, ()))))
        at += length
    return found


def _glued(part: str) -> list[str]:
    """The words of a run; a single character goes with the word after it (热 + 管理)."""
    found: list[str] = []
    before = ""
    for word in rjieba.cut(part):
        if len(word) == 1 and len(before) < 2:
            before += word if _says_something(word) else ""
            continue
        if before or _says_something(word):
            found.append(before + word)
        before = ""
    if before and found and len(before) == 1:
        found[-1] += before
    elif before:
        found.append(before)
    return found or [part]


def _says_something(word: str) -> bool:
    return bool(cut(word))
