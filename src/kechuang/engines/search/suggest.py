"""When little or nothing is found: the word that was meant, and the word that may go."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from .index import Reader, SearchIndex
from .query import Asked, Unit
from .tokens import RUNS, is_chinese

_NEIGHBOURS = 3000  # words of one beginning that are compared
_PROPOSALS = 3


@dataclass(frozen=True)
class Proposal:
    """Another question, and how much it finds."""

    text: str
    count: int
    dropped: str = ""  # the word that is left out; "": another spelling


def distance(left: str, right: str, most: int) -> int:
    """Letters to change, add, take away or swap until two words are one; ``most + 1`` when more.

    >>> distance("battrey", "battery", 2), distance("热馆理", "热管理", 1), distance("a", "xyz", 2)
    (1, 1, 3)
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _near(index: SearchIndex, reader: Reader, word: str, names: Collection[str]) -> list[str]:
    """Words of what the reader may see that are a slip of the pen away."""
    chinese = is_chinese(word)
    if len(word) < (2 if chinese else 4):
        return []
    most = 1 if chinese or len(word) < 8 else 2
    held = index.vocabulary(reader, word[0], _NEIGHBOURS)
    found: dict[str, tuple[int, int]] = {}
    for other, often in [*((n, 0) for n in names), *held]:
        if other != word and RUNS.fullmatch(other) and is_chinese(other) == chinese:
            apart = distance(word, other, most)
            if apart <= most and (len(other) > 1 and _shares(word, other)):
                found[other] = (apart, -often)
    return sorted(found, key=lambda w: found[w])[:4]


def _shares(word: str, other: str) -> bool:
    return bool(set(word) & set(other))


def propose(
    asked: Asked, index: SearchIndex, reader: Reader, names: Collection[str] = ()
) -> list[Proposal]:
    """Questions that find something, for one that found nothing.

    Every proposal is counted with the reader inside the question: one that would find only what
    they may not see is not made. ``names``: what the book's lexicon calls things.
    """
    found = list(_whole(asked, index, reader, names)) if len(asked.units) > 1 else []
    for at, unit in enumerate(asked.units):
        if unit.numbers:
            continue
        for other in _near(index, reader, unit.names[0], names):
            meant = _with(asked, at, Unit((other,)))
            count = sum(index.counts(meant, reader).values())
            if count:
                found.append(Proposal(_typed(meant), count))
                break
    if len(asked.units) > 1:
        for at, unit in enumerate(asked.units):
            fewer = _with(asked, at, None)
            count = sum(index.counts(fewer, reader).values())
            if count:
                found.append(Proposal(_typed(fewer), count, unit.names[0]))
    meant_first = sorted(found, key=lambda p: (bool(p.dropped), -len(p.text), -p.count))
    return list({p.text: p for p in meant_first}.values())[:_PROPOSALS]


def _whole(
    asked: Asked, index: SearchIndex, reader: Reader, names: Collection[str]
) -> Iterator[Proposal]:
    """A name with a slip in it was cut into words that nobody typed."""
    run = "".join(u.names[0] for u in asked.units)
    for name in sorted(names) if len(run) >= 3 and is_chinese(run) else ():
        if distance(run, name, 1) == 1:
            meant = replace(asked, units=(Unit((name,)),))
            if count := sum(index.counts(meant, reader).values()):
                yield Proposal(_typed(meant), count)


def _with(asked: Asked, at: int, unit: Unit | None) -> Asked:
    units = [u for n, u in enumerate(asked.units) if n != at]
    if unit is not None:
        units.insert(at, unit)
    return replace(asked, units=tuple(units))


def _typed(asked: Asked) -> str:
    """The question as a person would type it."""
    words: Sequence[str] = [u.names[0] for u in asked.units]
    quoted = [f'"{p}"' for p in asked.phrases]
    narrowed = [f"{n}:{v}" for n, v in asked.filters]
    return " ".join([*words, *quoted, *narrowed, *(f"-{w}" for w in asked.without)])
