"""``kechuang match``: demands and achievements from files, matches with reasons to a file or
stdout.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO, TypeVar

import numpy as np

from kechuang.book import read_book
from kechuang.engines.base.errors import Invalid
from kechuang.engines.matching import (
    Corpus,
    E5Embedder,
    LexicalIndex,
    Match,
    Matcher,
    Offer,
    VectorStore,
    Want,
    read_offer,
    read_want,
)
from kechuang.engines.matching.sense import Vectors, digest

from .files import BadInput, read_rows

SMALL = 500  # so many texts are embedded whole: under a minute
SHORTLIST = 60  # of a larger corpus only each demand's best by words are
_T = TypeVar("_T")


def read_parties(paths: Sequence[Path], read: Callable[[Mapping[str, Any]], _T]) -> list[_T]:
    """Parties of all files; an id twice is an error.

    Raises:
        BadInput: Names file, line and field.
    """
    found: dict[str, tuple[Path, int]] = {}
    parties: list[_T] = []
    for path in paths:
        for line, row in read_rows(path):
            try:
                party = read(row)
            except Invalid as e:
                raise BadInput(path, line, e.field, e.words) from e
            identity = party.id  # type: ignore[attr-defined]
            if identity in found:
                first, at = found[identity]
                raise BadInput(path, line, "id", f"“{identity}”在 {first}:{at} 已经用过")
            found[identity] = (path, line)
            parties.append(party)
    return parties


class VectorCache:
    """Vectors of texts already embedded, kept in the user's cache folder."""

    def __init__(self, embedder: E5Embedder, folder: Path | None) -> None:
        self.embedder = embedder
        name = hashlib.sha256(embedder.model.encode()).hexdigest()[:12]
        self.file = folder / f"vectors-{name}.npz" if folder else None
        self.known: dict[str, Vectors] = {}
        if self.file and self.file.exists():
            with np.load(self.file) as stored:
                self.known = dict(zip(stored["digests"].tolist(), stored["vectors"], strict=True))

    def passages(self, texts: Sequence[str], tell: Callable[[str], None]) -> Vectors:
        """Vectors of texts in order; embeds what is new, telling how far it is."""
        digests = [digest(t) for t in texts]
        missing = {d: t for d, t in zip(digests, texts, strict=True) if d not in self.known}
        todo = list(missing.items())
        for start in range(0, len(todo), 16):
            part = todo[start : start + 16]
            for (name, _), vector in zip(
                part, self.embedder.passages([t for _, t in part]), strict=True
            ):
                self.known[name] = vector
            tell(f"语义向量 {min(start + 16, len(todo))}/{len(todo)}")
        if todo and self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.file.with_suffix(".new.npz")
            np.savez(
                fresh,
                digests=np.array(list(self.known)),
                vectors=np.stack(list(self.known.values())),
            )
            fresh.replace(self.file)
        return (
            np.stack([self.known[d] for d in digests])
            if digests
            else np.zeros((0, 384), np.float32)
        )


def run(options: argparse.Namespace) -> int:
    """Match every demand; one JSON line each."""
    demands = read_parties([options.demands], read_want)
    offers = {o.id: o for o in read_parties(options.achievements, read_offer)}
    tell = _progress(sys.stderr)
    index = LexicalIndex()
    index.write(offers.values())
    book, _ = read_book(Path(options.book)) if options.book else (None, [])
    matcher = Matcher(area_of=book.area_of if book else str)
    sense = None if options.lexical_only else _Sense(offers, index, matcher, tell)
    try:
        out = options.out.open("w", encoding="utf-8") if options.out else sys.stdout
    except OSError as e:
        raise BadInput(options.out, 0, "", f"写不了：{e.strerror}") from e
    try:
        for number, want in enumerate(demands, 1):
            vectors, vector = sense.of(want) if sense else (VectorStore.empty(), None)
            corpus: Corpus[Offer] = Corpus(index, vectors, lambda ids: {i: offers[i] for i in ids})
            matches, _ = matcher.offers_for(want, corpus, vector)
            out.write(_line(want, matches[: options.top]) + "\n")
            tell(f"需求 {number}/{len(demands)}")
    finally:
        if options.out:
            out.close()
    return 0


class _Sense:
    """Vectors for a demand: of all achievements when few, else of its best by words."""

    def __init__(
        self,
        offers: Mapping[str, Offer],
        index: LexicalIndex,
        matcher: Matcher,
        tell: Callable[[str], None],
    ) -> None:
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        self.embedder = E5Embedder(threads=os.cpu_count() or 2)
        self.cache = VectorCache(self.embedder, Path(cache) / "kechuang")
        self.offers, self.index, self.matcher, self.tell = offers, index, matcher, tell
        self.whole = self._store(list(offers)) if len(offers) <= SMALL else None

    def of(self, want: Want) -> tuple[VectorStore, Vectors]:
        vector = self.embedder.query(want.whole)
        if self.whole is not None:
            return self.whole, vector
        by_words = Corpus(
            self.index, VectorStore.empty(), lambda ids: {i: self.offers[i] for i in ids}
        )
        matches, _ = self.matcher.offers_for(want, by_words)
        return self._store([m.id for m in matches[:SHORTLIST]]), vector

    def _store(self, ids: list[str]) -> VectorStore:
        return VectorStore(ids, self.cache.passages([self.offers[i].whole for i in ids], self.tell))


def _line(want: Want, matches: Sequence[Match]) -> str:
    return json.dumps(
        {
            "demand": want.id,
            "matches": [
                {
                    "achievement": m.id,
                    "rank": m.rank,
                    "score": round(m.score, 6),
                    "reasons": [
                        {"kind": r.kind, "text": r.text, "weight": round(r.weight, 6)}
                        for r in m.reasons
                    ],
                }
                for m in matches
            ],
        },
        ensure_ascii=False,
    )


def _progress(stream: TextIO) -> Callable[[str], None]:
    def tell(words: str) -> None:
        if stream.isatty():
            stream.write(f"\r\x1b[K{words}")
            stream.flush()

    return tell
