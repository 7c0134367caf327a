"""What a heading says: its words in comparable form, and the unit in it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kechuang.engines.text import comparable

from .units import unit_in_heading

_IDLE = re.compile(r"[\s*★☆＊:：]")
_BRACKET = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_LONGEST = 40


def heading_key(text: object) -> str:
    """A heading in comparable form: width, blanks, asterisks, line breaks, 帐/账 and 的 do not
    matter.

    >>> heading_key("★合 同\\n名称*"), heading_key("在孵企业帐号（18位）")
    ('合同名称', '在孵企业账号(18位)')
    """
    return _IDLE.sub("", comparable(str(text))).replace("帐", "账").replace("的", "")


def bare_key(text: object) -> str:
    """The same without what stands in brackets."""
    return _BRACKET.sub("", heading_key(text))


@dataclass(frozen=True)
class Wanted:
    """A column that a layout knows: its heading first, then what else it is called."""

    field: str
    names: tuple[str, ...]
    amount: bool = False
    required: bool = False


@dataclass(frozen=True)
class Mapped:
    """A column found: what it is, how the sheet calls it, the unit of its bare numbers and where
    that was said (heading, parent, below or "").
    """

    field: str
    heading: str
    unit: str = ""
    said: str = ""


class Vocabulary:
    """The names of a layout's columns. ``given`` are headings that a person has mapped: heading
    key → field, "" for a column that is to be left out.
    """

    def __init__(self, wanted: Sequence[Wanted], given: Mapping[str, str] | None = None) -> None:
        self.wanted = {w.field: w for w in wanted}
        self.given = dict(given or {})
        self.full: dict[str, tuple[int, str]] = {}
        self.bare: dict[str, tuple[int, str]] = {}
        for column in wanted:
            for rank, name in enumerate(column.names):
                self.full.setdefault(heading_key(name), (rank, column.field))
                self.bare.setdefault(bare_key(name), (rank, column.field))
        self.known: dict[str, tuple[int, str] | None] = {}

    def match(self, text: object) -> tuple[int, str] | None:
        """(how near: 0 is a person's own mapping or the heading itself, field), or None."""
        if not isinstance(text, str) or len(text) > _LONGEST or not text:
            return None
        if text not in self.known:
            if len(self.known) > 20_000:
                self.known.clear()
            self.known[text] = self._look_up(text)
        return self.known[text]

    def _look_up(self, text: str) -> tuple[int, str] | None:
        key = heading_key(text)
        if key in self.given:
            return (-1, self.given[key]) if self.given[key] in self.wanted else None
        if not key or key.isdecimal():
            return None
        bare = bare_key(text)
        return self.full.get(key) or self.full.get(bare) or self.bare.get(bare)

    def columns(self, heads: Sequence["Head"], left: int = 0) -> dict[int, Mapped]:
        """Which place is what; of two places for one field the better named one, else the first."""
        best: dict[str, tuple[int, int, Mapped]] = {}
        for place, head in enumerate(heads, left):
            found = head.match(self)
            if found is None:
                continue
            rank, field = found
            if field not in best or rank < best[field][0]:
                best[field] = (rank, place, self._mapped(field, head))
        return {place: mapped for _, place, mapped in sorted(best.values(), key=lambda b: b[1])}

    def _mapped(self, field: str, head: "Head") -> Mapped:
        if not self.wanted[field].amount:
            return Mapped(field, head.words)
        for said, words in (
            ("heading", head.child or head.parent),
            ("parent", head.parent),
            ("below", head.below),
        ):
            if unit := unit_in_heading(words):
                return Mapped(field, head.words, unit, said)
        return Mapped(field, head.words)


_GENERAL = frozenset(
    ("金额", "数额", "合计", "总额", "本期", "本年", "累计", "数值", "总数", "小计")
)


@dataclass(frozen=True)
class Head:
    """A heading of one or two rows, and a unit in a row of its own below."""

    parent: str
    child: str = ""
    below: str = ""

    @property
    def words(self) -> str:
        """As one line."""
        parts = [self.parent] if self.parent == self.child else [self.parent, self.child]
        return " ".join(" ".join(p.split()) for p in parts if p)

    def match(self, names: Vocabulary) -> tuple[int, str] | None:
        """By the whole, by the lower part, and by the upper part where the lower says nothing."""
        if not self.child or self.child == self.parent:
            return names.match(self.parent)
        whole = f"{self.parent}{self.child}"
        found = names.match(whole) or names.match(self.child)
        if found is None and (
            bare_key(self.child) in _GENERAL
            or (unit_in_heading(self.child) and not bare_key(self.child))
        ):
            found = names.match(self.parent)
        return found


def words_of(cells: Iterable[object]) -> list[str]:
    """Cells as headings: text as it stands, numbers as nothing but their digits."""
    return [c.strip() if isinstance(c, str) else "" if c is None else str(c) for c in cells]
