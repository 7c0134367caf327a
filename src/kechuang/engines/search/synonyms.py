"""Other names of a thing: abbreviations and translations, from the book's lexicon."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kechuang.engines.text import comparable

_LONGEST = 24  # letters of a name that are looked for


@dataclass(frozen=True)
class Synonyms:
    """Name → the other names of the same thing, all comparable."""

    others: dict[str, tuple[str, ...]] = field(default_factory=dict)
    chinese: frozenset[str] = frozenset()

    @classmethod
    def read(cls, lines: Iterable[str]) -> "Synonyms":
        """Lines of names separated by tabs; '#' begins a remark."""
        held: dict[str, list[str]] = {}
        for line in lines:
            names = [comparable(n) for n in line.split("#")[0].split("\t") if n.strip()]
            for name in names:
                held.setdefault(name, []).extend(n for n in names if n != name)
        others = {n: tuple(dict.fromkeys(o)) for n, o in held.items()}
        return cls(others, frozenset(n for n in others if not n.isascii()))

    def split(self, run: str) -> list[tuple[str, bool]]:
        """A run of characters cut into its known names, the longest first, and what is between.

        >>> Synonyms.read(["无人机\\tUAV"]).split("小型无人机航线")
        [('小型', False), ('无人机', True), ('航线', False)]
        """
        found: list[tuple[str, bool]] = []
        at = since = 0
        while at < len(run):
            last = min(len(run), at + _LONGEST)
            end = next((e for e in range(last, at + 1, -1) if run[at:e] in self.chinese), 0)
            if not end:
                at += 1
                continue
            if since < at:
                found.append((run[since:at], False))
            found.append((run[at:end], True))
            at = since = end
        if since < len(run):
            found.append((run[since:], False))
        return found

    def latin(self, parts: Sequence[str], at: int) -> int:
        """How many Latin words from a place on are one known name; 0: none."""
        for length in range(min(5, len(parts) - at), 0, -1):
            if " ".join(parts[at : at + length]) in self.others:
                return length
        return 0
