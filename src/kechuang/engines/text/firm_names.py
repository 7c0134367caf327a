"""Organisations by name: the same, perhaps the same, or nobody we know, and why."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from .normal import comparable

_MARKS = re.compile(r"[\s()\[\]{}<>《》【】〈〉「」“”\"'·•.,，、。:：;；\-—_/]")
_LIMITED = re.compile(r"有限(?:责任)?公司")
_FORM = re.compile(r"(?:股份|有限|责任|公司|集团|总厂|厂)")
_PLACE = re.compile(r"^(?:中国)?(?:天津|北京|河北|上海|重庆)?市?")
_BRANCH = re.compile(r"(?:分公司|分院|分所|办事处|分厂|分中心)$")
_LONG = 6  # characters of a name from which one different character is a slip of the pen
Why = Literal["same", "former", "form", "place", "branch", "part", "slip"]


@dataclass(frozen=True)
class Known:
    """An organisation: how it is referred to, its name, what it was called."""

    reference: str
    name: str
    former: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """An organisation that a name may mean, and why."""

    reference: str
    name: str
    why: Why


@dataclass(frozen=True)
class Match:
    """What a name means: certain (one candidate), doubtful (some), or none."""

    result: Literal["certain", "doubtful", "none"]
    candidates: tuple[Candidate, ...] = ()


def same_key(name: str) -> str:
    """A name without what is only a way of writing: width, script, brackets, 责任.

    >>> same_key("天津（濱海）甲电池有限责任公司") == same_key("天津(滨海)甲电池有限公司")
    True
    """
    return _LIMITED.sub("有限公司", _MARKS.sub("", comparable(name)))


def core_key(name: str) -> str:
    """What makes a name its own: without place and legal form.

    >>> core_key("天津市甲电池股份有限公司"), core_key("甲电池有限公司")
    ('甲电池', '甲电池')
    """
    return _PLACE.sub("", _FORM.sub("", same_key(name)))


class Names:
    """The names of all organisations that are known, to be asked many times."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.now: dict[str, list[Known]] = defaultdict(list)
        self.former: dict[str, list[Known]] = defaultdict(list)
        self.core: dict[str, list[Known]] = defaultdict(list)
        self.near: dict[str, list[Known]] = defaultdict(list)
        for one in known:
            self.now[same_key(one.name)].append(one)
            for old in one.former:
                self.former[same_key(old)].append(one)
            core = core_key(one.name)
            self.core[core].append(one)
            for half in _halves(core):
                self.near[half].append(one)

    def match(self, name: str) -> Match:
        """Who a name means."""
        key = same_key(name)
        if not key:
            return Match("none")
        if found := self.now.get(key):
            return _told(found, "same", sure=len(found) == 1)
        if found := self.former.get(key):
            return _told(found, "former", sure=len(found) == 1)
        doubtful = self._doubtful(name, key)
        return Match("doubtful", doubtful) if doubtful else Match("none")

    def _doubtful(self, name: str, key: str) -> tuple[Candidate, ...]:
        core = core_key(name)
        found: dict[str, Candidate] = {}
        for one in self.core.get(core, ()) if core else ():
            why: Why = (
                "form" if _PLACE.sub("", key) != _PLACE.sub("", same_key(one.name)) else "place"
            )
            found[one.reference] = Candidate(one.reference, one.name, why)
        if branch := _BRANCH.search(core):
            whole = core[: branch.start()]
            for one in self.core.get(whole, ()) if whole else ():
                found.setdefault(one.reference, Candidate(one.reference, one.name, "branch"))
        if len(core) >= _LONG:
            for half in _halves(core):
                for one in self.near.get(half, ()):
                    if _one_apart(core, core_key(one.name)):
                        found.setdefault(one.reference, Candidate(one.reference, one.name, "slip"))
        elif len(core) >= 4:
            for one in self.near.get(core[:2], ()):
                if core_key(one.name).startswith(core):
                    found.setdefault(one.reference, Candidate(one.reference, one.name, "part"))
        return tuple(found.values())[:5]


def _told(found: Sequence[Known], why: Why, sure: bool) -> Match:
    candidates = tuple(Candidate(k.reference, k.name, why) for k in found[:5])
    return Match("certain" if sure else "doubtful", candidates)


def _halves(core: str) -> tuple[str, ...]:
    """The beginning and the end: of two names one character apart one of them is the same."""
    return (core[:2], core[-2:]) if len(core) >= 4 else (core[:2],)


def _one_apart(left: str, right: str) -> bool:
    """Whether one character is different, missing or too many."""
    if abs(len(left) - len(right)) > 1 or left == right:
        return False
    head = 0
    while head < min(len(left), len(right)) and left[head] == right[head]:
        head += 1
    return (
        left[head + 1 :] == right[head + 1 :]
        or left[head:] == right[head + 1 :]
        or left[head + 1 :] == right[head:]
    )
