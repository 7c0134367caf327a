"""The meaning of the demo's texts, reckoned at release: a first start need not spend minutes on it.

The texts of a seed are the same on every day. A text that the file does not know is embedded by
the worker, as everywhere.
"""

from pathlib import Path

import numpy as np

from kechuang.district.core import bulk
from kechuang.district.market.models import Achievement, Demand, TextVector
from kechuang.district.market.queries import party_text
from kechuang.district.market.services.index import embedder
from kechuang.engines.matching.sense import digest
from kechuang.simulation import District, Offer, Want

FILE = Path(__file__).with_name("vectors.npz")
_AT_ONCE = 32


def texts_of(made: District) -> list[str]:
    """The text that is embedded of every achievement and demand."""
    return [*map(_text, made.offers), *map(_text, made.wants)]


def _text(row: Offer | Want) -> str:
    given = {"title": row.title, "keywords": list(row.keywords), "field": row.field}
    if isinstance(row, Offer):
        return party_text(bulk.new(Achievement, summary=row.summary, **given))
    parts = {"problem": row.problem, "wanted": row.wanted, "tried": row.tried}
    return party_text(bulk.new(Demand, **parts, **given))


def prepare(made: District) -> int:
    """Embed all texts and write the file anew; returns how many they are."""
    texts = texts_of(made)
    parts = [
        embedder().passages(texts[start : start + _AT_ONCE])
        for start in range(0, len(texts), _AT_ONCE)
    ]
    names = np.array([list(bytes.fromhex(digest(text))) for text in texts], dtype=np.uint8)
    vectors = np.concatenate(parts).astype(np.float16)
    np.savez_compressed(FILE, model=np.array(embedder().model), names=names, vectors=vectors)
    return len(texts)


def bring_vectors() -> int:
    """Put the file's vectors into an empty database; returns how many (none of another model)."""
    if not FILE.exists():
        return 0
    with np.load(FILE) as held:
        if str(held["model"]) != embedder().model:
            return 0
        pairs = zip(held["names"], held["vectors"].astype(np.float32), strict=True)
        found = {bytes(name).hex(): vector.tobytes() for name, vector in pairs}
    model = embedder().model
    bulk.insert([TextVector(digest=d, model=model, vector=v) for d, v in found.items()])
    return len(found)
