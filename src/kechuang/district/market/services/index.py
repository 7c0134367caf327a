"""The match index beside the database: words by tantivy, sense by vectors.

The worker alone writes it.
"""

import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection

from kechuang.district.core.files import write_atomically
from kechuang.district.market.models import Achievement, Demand, TextVector
from kechuang.district.market.queries import offer_of, party_text, want_of
from kechuang.engines.matching import E5Embedder, Embedder, LexicalIndex, VectorStore
from kechuang.engines.matching.parties import _Party
from kechuang.engines.matching.sense import Remembering

EMBED_AT_ONCE = 16
KINDS = ("achievements", "demands", "all_demands")
_lock = threading.Lock()
_open: dict[str, LexicalIndex] = {}
_stores: dict[str, tuple[str, VectorStore]] = {}


@cache
def embedder() -> Embedder:
    """The model that settings choose; multilingual-e5-small from the wheel by default."""
    return Remembering(E5Embedder(threads=2))


def folder() -> Path:
    return Path(settings.KECHUANG_DATA) / "index"


def lexical(kind: str) -> LexicalIndex:
    """The words index of a kind, opened once a process and told to look for news."""
    path = folder() / kind
    with _lock:
        index = _open.get(str(path))
        if index is None or not path.exists():
            index = _open[str(path)] = LexicalIndex(path)
        index.reload()
    return index


def vectors(kind: str) -> VectorStore:
    """The vectors of a kind, mapped from the file that the worker wrote last."""
    pointer = folder() / f"{kind}.json"
    try:
        text = pointer.read_text()
    except FileNotFoundError:
        return VectorStore.empty(embedder().size)
    with _lock:
        known = _stores.get(str(pointer))
        if known is None or known[0] != text:
            facts = json.loads(text)
            matrix = np.load(folder() / facts["matrix"], mmap_mode="r")
            known = _stores[str(pointer)] = (text, VectorStore(facts["ids"], matrix))
    return known[1]


@dataclass(frozen=True)
class _Change:
    """What an index of one kind has to write and to forget."""

    add: list[_Party]
    remove: list[str]


def _demand_change(ids: Sequence[int], levels: Sequence[str]) -> _Change:
    listed = Demand.objects.filter(pk__in=ids, state="published", confidentiality__in=levels)
    add: list[_Party] = [want_of(d) for d in listed]
    return _Change(add, sorted({str(i) for i in ids} - {p.id for p in add}))


def reindex_achievements(ids: Sequence[int]) -> None:
    """Bring the index to what these records are now; idempotent."""
    listed = Achievement.objects.filter(pk__in=ids, state="published")
    add: list[_Party] = [offer_of(a) for a in listed]
    lexical("achievements").write(add, sorted({str(i) for i in ids} - {p.id for p in add}))


def reindex_demands(ids: Sequence[int]) -> None:
    """Two indexes: what everybody may find, and all.

    So no count or word weight tells of a hidden demand.
    """
    for kind, levels in (
        ("demands", ("open", "nameless")),
        ("all_demands", ("open", "nameless", "brokers")),
    ):
        change = _demand_change(ids, levels)
        lexical(kind).write(change.add, change.remove)


def rebuild() -> dict[str, int]:
    """All indexes anew from the database."""
    for kind in KINDS:
        lexical(kind).clear()
    reindex_achievements(
        list(Achievement.objects.filter(state="published").values_list("pk", flat=True))
    )
    reindex_demands(list(Demand.objects.filter(state="published").values_list("pk", flat=True)))
    write_vectors()
    return {kind: len(lexical(kind)) for kind in KINDS}


def pending(limit: int) -> list[tuple[str, str]]:
    """(digest, text) of published texts that have no vector yet."""
    known = TextVector.objects.filter(model=embedder().model).values("digest")
    found: dict[str, str] = {}
    for kind in (Demand, Achievement):
        for thing in (
            kind.objects.filter(state="published").exclude(digest__in=known).order_by("id")[:limit]
        ):
            found[thing.digest] = party_text(thing)
    return list(found.items())[:limit]


def embed_some() -> int:
    """Embed a handful of waiting texts; returns how many."""
    waiting = pending(EMBED_AT_ONCE)
    if waiting:
        made = embedder().passages([text for _, text in waiting])
        TextVector.objects.bulk_create(
            [
                TextVector(digest=d, model=embedder().model, vector=v.tobytes())
                for (d, _), v in zip(waiting, made, strict=True)
            ],
            ignore_conflicts=True,
        )
    return len(waiting)


def _rows(kind: str) -> Iterable[tuple[int, Any]]:
    table = "market_achievement" if kind == "achievements" else "market_demand"
    hidden = "AND t.confidentiality <> 'brokers' " if kind == "demands" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id, v.vector FROM {table} t JOIN market_textvector v ON v.digest = t.digest "  # noqa: S608 - constants
            f"WHERE t.state = 'published' AND v.model = %s {hidden}ORDER BY t.id",
            [embedder().model],
        )
        yield from cursor.fetchall()


def write_vectors() -> None:
    """Write the matrices that servers map.

    The pointer is replaced last, so a reader sees old or new.
    """
    folder().mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        rows = list(_rows(kind))
        matrix = np.zeros((len(rows), embedder().size), dtype=np.float32)
        for place, (_, vector) in enumerate(rows):
            matrix[place] = np.frombuffer(bytes(vector), dtype=np.float32)
        pointer = folder() / f"{kind}.json"
        was = json.loads(pointer.read_text())["matrix"] if pointer.exists() else ""
        name = f"{kind}-{1 + int(was.rsplit('-', 1)[1].split('.')[0]) if was else 1}.npy"
        np.save(folder() / name, matrix)
        write_atomically(
            pointer, json.dumps({"matrix": name, "ids": [str(i) for i, _ in rows]}).encode()
        )
        for old in folder().glob(f"{kind}-*.npy"):
            if old.name not in (name, was):
                old.unlink(missing_ok=True)
