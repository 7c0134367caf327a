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
    Found,
    LexicalIndex,
    Match,
    Matcher,
    Offer,
    VectorStore,
    Want,
    read_offer,
    read_want,
    said_of,
)
from kechuang.engines.matching.lexical import pairs
from kechuang.engines.matching.sense import Vectors, digest

from .files import BadInput, read_rows

SHORTLIST = 60  # with --shortlist, only so many of each demand's best by words are embedded
KEPT_EVERY = 512  # new vectors after which they are kept, so that a stopped run goes on from there
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
            made = self.embedder.passages([t for _, t in part])
            self.known.update(zip((d for d, _ in part), made, strict=True))
            done = start + len(part)
            tell(f"语义向量 {done}/{len(todo)}")
            if done % KEPT_EVERY == 0 or done == len(todo):
                self._keep()
        return (
            np.stack([self.known[d] for d in digests])
            if digests
            else np.zeros((0, 384), np.float32)
        )

    def _keep(self) -> None:
        if not self.file:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.file.with_suffix(f".{os.getpid()}.npz")
        np.savez(
            fresh, digests=np.array(list(self.known)), vectors=np.stack(list(self.known.values()))
        )
        fresh.replace(self.file)


def run(options: argparse.Namespace) -> int:
    """Match every demand; one JSON line each."""
    demands = read_parties([options.demands], read_want)
    offers = {o.id: o for o in read_parties(options.achievements, read_offer)}
    tell = _progress(sys.stderr)
    index = LexicalIndex()
    index.write(offers.values())
    book, _ = read_book(Path(options.book)) if options.book else (None, [])
    matcher = Matcher(area_of=book.area_of if book else str)
    sense = None if options.lexical_only else _Sense(offers, index, options.shortlist, tell)
    try:
        out = options.out.open("w", encoding="utf-8") if options.out else sys.stdout
    except OSError as e:
        raise BadInput(options.out, 0, "", f"写不了：{e.strerror}") from e
    try:
        for number, want in enumerate(demands, 1):
            vectors = sense.of(want) if sense else VectorStore.empty()
            corpus: Corpus[Offer] = Corpus(index, vectors, lambda ids: {i: offers[i] for i in ids})
            found = matcher.offers_for(want, corpus, sense.embedder if sense else None)
            out.write(_line(want, found, options.top) + "\n")
            tell(f"需求 {number}/{len(demands)}")
    finally:
        if options.out:
            out.close()
    return 0


class _Sense:
    """Vectors for a demand: of all achievements, or of its best by words where that is asked for."""

    def __init__(
        self,
        offers: Mapping[str, Offer],
        index: LexicalIndex,
        shortlist: bool,
        tell: Callable[[str], None],
    ) -> None:
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        self.embedder = E5Embedder(threads=os.cpu_count() or 2)
        self.cache = VectorCache(self.embedder, Path(cache) / "kechuang")
        self.offers, self.index, self.tell = offers, index, tell
        self.whole = None if shortlist else self._store(list(offers))

    def of(self, want: Want) -> VectorStore:
        if self.whole is not None:
            return self.whole
        return self._store([i for i, _ in self.index.search(pairs(want.whole), SHORTLIST)])

    def _store(self, ids: list[str]) -> VectorStore:
        return VectorStore(ids, self.cache.passages([self.offers[i].whole for i in ids], self.tell))


def _line(want: Want, found: Found, top: int) -> str:
    """One demand's answer: the first ``top`` candidates in order; an empty strength is not listed."""
    return json.dumps(
        {
            "demand": want.id,
            "nothing_fits": not found.listed,
            "matches": [_match(m) for m in found.candidates[:top]],
            "kept_out": [
                {"achievement": r.id, "strength": r.strength, "text": r.text}
                for r in found.refused
                if r.strength
            ],
        },
        ensure_ascii=False,
    )


def _match(match: Match) -> dict[str, Any]:
    return {
        "achievement": match.id,
        "rank": match.rank,
        "strength": match.strength,
        "chance": round(match.chance, 3),
        "answers": [
            {
                "need": a.need.text,
                "verdict": a.verdict,
                "quote": a.quote.text if a.quote else None,
                "text": said_of(a),
            }
            for a in match.answers
        ],
        "reasons": [{"kind": r.kind, "text": r.text} for r in match.reasons],
    }


def _progress(stream: TextIO) -> Callable[[str], None]:
    def tell(words: str) -> None:
        if stream.isatty():
            stream.write(f"\r\x1b[K{words}")
            stream.flush()

    return tell
