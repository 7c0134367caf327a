"""What is searched, and the index that follows it: every register says what a record shows to
whom (its faces), the worker alone writes, everybody reads.

Until an index stands, and when it cannot be read, there is only simple search; who is idle makes
it anew beside the old one and puts it in its place.
"""

import fcntl
import json
import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max, Model, QuerySet

from kechuang.engines.search import (
    VERSION,
    Asked,
    Entry,
    Face,
    Reader,
    SearchIndex,
    Synonyms,
    Text,
    understand,
)

from . import reactions
from .actor import Actor
from .books import current_book
from .bulk import among
from .files import write_atomically
from .models import Delivery
from .models import Entry as LedgerEntry
from .registers import Register, on_declared
from .worker import keep_lease

log = logging.getLogger("kechuang.search")
REACTION = "core.search.follow"
_ORGANISATION = "accounts.organisation"
_BATCH, _MOST_CHANGED = 1000, 500
_lock = threading.Lock()
_open: dict[str, tuple[str, SearchIndex]] = {}
_synonyms: dict[str, tuple[tuple[str, ...], Synonyms]] = {}


@dataclass(frozen=True)
class Source:
    """Records that are searched.

    Args:
        name: "room.record", the kind of their entries in the ledger.
        rows: All of them.
        faces: What a record shows, to the holders of which keys; the fullest face first.
        follows: Kind of other records → the fields, or ways through fields, that name one: when it
            changes, so does this.
    """

    name: str
    rows: Callable[[], QuerySet[Any]]
    faces: Callable[[Any], Sequence[Face]]
    follows: Mapping[str, Sequence[str]] = field(default_factory=dict)


SOURCES: dict[str, Source] = {}


def declare(source: Source) -> None:
    """Search these records from now on."""
    SOURCES[source.name] = source
    kinds = {f"{name}.*" for s in SOURCES.values() for name in (s.name, *s.follows)}
    reactions.REACTIONS[REACTION] = reactions.Reaction(
        REACTION, tuple(sorted(kinds)), follow, _BATCH
    )


def _declared(register: Register[Any]) -> None:
    if register.faces is None:
        return
    tell, model = register.faces, register.model

    def faces(thing: Any) -> Sequence[Face]:
        return tell(thing)

    declare(
        Source(
            register.name,
            lambda: model._default_manager.select_related(*register.refers),
            faces,
            {_ORGANISATION: _ways_to_organisations(model)},
        )
    )


def _ways_to_organisations(model: type[Model]) -> list[str]:
    """The fields of a model that name an organisation, and those that name what belongs to one."""

    def named(one: type[Model]) -> list[tuple[str, Any]]:
        return [(f.name, f.related_model) for f in one._meta.concrete_fields if f.related_model]

    found = []
    for name, related in named(model):
        if related._meta.label_lower == _ORGANISATION:
            found.append(name)
        else:
            inner = named(related)
            found += [f"{name}__{n}" for n, r in inner if r._meta.label_lower == _ORGANISATION]
    return found


def text_of(register: Register[Any], thing: Any, without: Collection[str] = ()) -> Text:
    """What a record says of itself in its fields of words, less those that some may not know."""
    body: list[str] = []
    numbers: list[str] = []
    for column in register.columns:
        if column.field in without:
            continue
        value = getattr(thing, column.field)
        if value in (None, "", []):
            continue
        if column.field in register.refers:
            body.append(str(value))
            numbers.append(register.refers[column.field].written(value))
        elif column.field in ("keywords", "title"):
            continue
        elif isinstance(value, list):
            body.append("、".join(map(str, value)))
        elif column.choices:
            body.append(str(column.choices.get(value, value)))
        elif isinstance(value, str):
            body.append(value)
        elif column.kind == "day":
            numbers.append(str(value))
    title = str(thing)
    if without and any(title == str(getattr(thing, n)) for n in without):
        title = ""
    keywords = getattr(thing, "keywords", ()) if "keywords" not in without else ()
    return Text(title, tuple(keywords), "。".join(body), tuple(numbers))


def facets_of(register: Register[Any], thing: Any) -> frozenset[str]:
    """``field=value`` and ``heading=label`` of what a record is narrowed by, in small letters."""
    found = {f"state={thing.state}", f"状态={register.states.get(thing.state, '')}"}
    for column in register.columns:
        if column.field not in register.listed.filters or column.field in register.refers:
            continue
        value = getattr(thing, column.field)
        for one in value if isinstance(value, list) else [value]:
            if one not in (None, ""):
                label = column.choices.get(one, one)
                found |= {f"{column.field}={one}", f"{column.heading}={label}"}
    return frozenset(f.lower() for f in found)


def keys_of(actor: Actor) -> frozenset[str]:
    """The keys that a person holds: roles, desks (a role of nobody's firm), organisations."""
    keys = {f"role:{r}" for r in actor.roles} | {f"org:{o}" for o in actor.organisations}
    keys |= {f"firm:{f}" for f in actor.firms}
    if not actor.firms:
        keys |= {f"desk:{r}" for r in actor.roles} | {f"desk:{r}:{actor.id}" for r in actor.roles}
    return frozenset(keys | ({"system"} if actor.is_system else set()))


def synonyms() -> Synonyms:
    """Other names, from the lexicon of the book in force."""
    lines = current_book().lexicon
    known = _synonyms.get("book")
    if known is None or known[0] is not lines:
        known = _synonyms["book"] = (lines, Synonyms.read(lines))
    return known[1]


def asked(words: str, fields: Collection[str] = ()) -> Asked:
    """A question, understood with the book's names."""
    return understand(words, synonyms(), fields)


def _folder() -> Path:
    return Path(settings.KECHUANG_DATA) / "index" / "search"


def standing() -> SearchIndex | None:
    """The index as it is now; None: there is only simple search."""
    pointer = _folder() / "now.json"
    try:
        told = pointer.read_text(encoding="utf-8")
        facts = json.loads(told)
        if facts["version"] != VERSION or (_folder() / "broken").exists():
            return None
        with _lock:
            known = _open.get(str(pointer))
            if known is None or known[0] != told:
                known = _open[str(pointer)] = told, SearchIndex(_folder() / facts["folder"])
        known[1].reload()
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, OSError):
        report_broken()
        return None
    return known[1]


def report_broken() -> None:
    """Say that the index cannot be read: it is made anew, until then there is simple search."""
    log.exception("the search index cannot be read")
    _folder().mkdir(parents=True, exist_ok=True)
    (_folder() / "broken").touch()


def reader_of(actor: Actor) -> Reader | None:
    """Who asks, and what is not told because it has changed since; None when that is too much."""
    waiting = Delivery.objects.filter(reaction=REACTION).exclude(state="done")
    rows = waiting.values_list("entry__subject_kind", "entry__subject_id")[: _MOST_CHANGED + 1]
    changed = {(kind, int(pk)) for kind, pk in rows if kind in SOURCES and pk.isdigit()}
    return None if len(rows) > _MOST_CHANGED else Reader(keys_of(actor), frozenset(changed))


@contextmanager
def _writing() -> Iterator[None]:
    _folder().mkdir(parents=True, exist_ok=True)
    with (_folder() / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _entries(source: Source, rows: Iterable[Any]) -> Iterator[Entry]:
    for thing in rows:
        if faces := tuple(source.faces(thing)):
            yield Entry(source.name, thing.pk, faces)


def follow(entries: Sequence[LedgerEntry]) -> None:
    """Bring the index to what these records are now; idempotent."""
    subjects: dict[str, set[int]] = {}
    for entry in entries:
        if entry.subject_id.isdigit():
            subjects.setdefault(entry.subject_kind, set()).add(int(entry.subject_id))
    with _writing():
        index = standing()
        if index is None:
            return  # it will be made from everything
        for source in SOURCES.values():
            wanted = set(subjects.get(source.name, ()))
            for kind, paths in source.follows.items():
                for path in paths if kind in subjects else ():
                    found = source.rows().filter(**{f"{path}__in": subjects[kind]})
                    wanted |= set(found.values_list("pk", flat=True))
            if wanted:
                made = list(_entries(source, source.rows().filter(**among("pk", wanted))))
                gone = wanted - {e.pk for e in made}
                index.write(made, [(source.name, pk) for pk in sorted(gone)])


def rebuild() -> int:
    """The whole index anew, beside the one that serves; returns how many documents it holds."""
    with _writing():
        # every record is read after this: what waits up to here will have been followed
        last = Delivery.objects.filter(reaction=REACTION).aggregate(n=Max("pk"))["n"] or 0
        pointer = _folder() / "now.json"
        used = {p.name for p in _folder().iterdir() if p.is_dir()}
        name = next(str(n) for n in range(1, 1000) if str(n) not in used)
        index = SearchIndex(_folder() / name)
        for source in SOURCES.values():
            rows = _entries(source, source.rows().order_by("pk").iterator(_BATCH))
            while part := list(islice(rows, 20 * _BATCH)):
                index.write(part)
                keep_lease()
        write_atomically(pointer, json.dumps({"folder": name, "version": VERSION}).encode())
        (_folder() / "broken").unlink(missing_ok=True)
        told = Delivery.objects.filter(reaction=REACTION, pk__lte=last, leased_until=None)
        told.exclude(state="done").update(state="done", error="")
        for old in used:
            SearchIndex.remove(_folder() / old)
        return len(index)


def heal() -> bool:
    """Make the index when there is none that can be read; returns whether it did."""
    if standing() is not None:
        return False
    rebuild()
    return True


reactions.IDLE["core.search.heal"] = heal
on_declared(_declared)
