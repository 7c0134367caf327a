"""Where what is wrong with a book is written down, and what can be told only when all is read."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kechuang.engines.base.sayings import SOURCE, Said, sentence

from .kinds import Shape
from .lines import Lined
from .schemas import Book


@dataclass(frozen=True)
class Problem:
    """Something wrong in a book."""

    file: Path
    line: int
    words: Said

    def __str__(self) -> str:
        return self.told(SOURCE)

    def said(self) -> Said:
        """File, line and words as one sentence."""
        return Said("book.problem", file=self.file.name, line=self.line, words=self.words)

    def told(self, language: str) -> str:
        """As a line of the command line, in a language."""
        words = sentence(self.words.code, self.words.facts, language)
        return f"{self.file}:{self.line}: {words}"


Check = Callable[[Book], Said | None]


@dataclass
class Desk:
    """Where what is wrong with a book is written down.

    ``lost`` names files and entries that were told of and left out: nobody who names them is told
    again. ``homes`` are the places of what policies declare, by policy, file and name.
    """

    problems: list[Problem] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    homes: dict[tuple[str, str, str], Lined] = field(default_factory=dict)
    later: list[tuple[Lined, str, Check]] = field(default_factory=list)

    def complain(self, at: Lined, key: str, words: Said) -> None:
        """Write down what is wrong with a key of a mapping."""
        self.problems.append(Problem(at.file, at.lines.get(key, at.line), words))

    def ask(self, at: Lined, key: str, check: Check) -> None:
        """Hold something against the whole book once it is read."""
        self.later.append((at, key, check))

    def missing(self, name: str, known: Container[str], file: str) -> bool:
        """Whether a name leads nowhere; not when what it meant was told of already."""
        return name not in known and not {name, file} & self.lost

    def answer(self, book: Book) -> None:
        """Complain of all that does not hold in the whole book."""
        for at, key, check in self.later:
            if words := check(book):
                self.complain(at, key, words)


def unique(desk: Desk, rows: Iterable[Shape], key: str) -> None:
    """Complain where a key stands twice in a list."""
    seen: dict[Any, int] = {}
    for row in rows:
        value = row.at.get(key)
        if value in seen:
            words = Said("book.used_already", key=key, value=value, line=seen[value])
            desk.complain(row.at, key, words)
        seen[value] = row.at.lines.get(key, row.at.line)
