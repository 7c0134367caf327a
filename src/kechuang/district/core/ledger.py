"""Writing and proving the ledger: audit trail, outbox and history in one."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection, models, transaction

from kechuang.engines.base.sayings import Said
from kechuang.engines.text import without_controls

from . import acts, bulk, held, reactions
from .actor import Actor
from .models import Delivery, Entry

log = logging.getLogger("kechuang.ledger")
T = TypeVar("T")
_ZONE = ZoneInfo("Asia/Shanghai")
GENESIS = "0" * 64
OLD, FORM = 1, 2  # how the hash of an entry is made; see Entry
_LOCK = 7_253_001  # the ledger's own advisory lock on PostgreSQL


_UTC = ZoneInfo("UTC")
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_PLAIN = {str, int, bool, type(None)}
_AS_TEXT = {date, datetime, Decimal}


@lru_cache(maxsize=64)
def _instant(at: datetime) -> str:
    return at.astimezone(_UTC).isoformat(timespec="microseconds")


def content_of(entry: Any) -> list[Any]:
    """What an entry says, in the order in which it is digested; JSON can write it."""
    said = [
        _instant(entry.at),
        entry.day.isoformat(),
        entry.kind,
        entry.subject_kind,
        entry.subject_id,
        entry.label,
        entry.actor_id,
        entry.actor_label,
        entry.old_state,
        entry.new_state,
        entry.why,
        entry.facts,
        entry.key,
    ]
    return said if entry.form == OLD else [*said, entry.held]


def digest_of(entry: Any) -> str:
    """The digest of what an entry says, wherever it stands in the chain."""
    return hashlib.sha256(_ENCODER.encode(content_of(entry)).encode()).hexdigest()


def _as_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the database gives them back."""
    found: dict[str, Any] = {n: str(v) if type(v) in _AS_TEXT else v for n, v in facts.items()}
    if not _PLAIN.issuperset(map(type, found.values())):
        found = json.loads(json.dumps(found, default=str))
    return found


def hash_of(entry: Any) -> str:
    """The hash of an entry over its content and the hash before it."""
    if entry.form == OLD:
        whole = _ENCODER.encode([*content_of(entry), entry.before])
    else:
        whole = entry.before + digest_of(entry)
    return hashlib.sha256(whole.encode()).hexdigest()


@contextmanager
def writing() -> Iterator[None]:
    """The one way to open a transaction that moves records: the ledger's lock first, rows after.

    Two services that move two records each cannot then wait for one another: whoever holds the
    ledger may go on to any row, and nobody holds a row while waiting for the ledger. On SQLite the
    transaction is IMMEDIATE, which is the same promise. An act that was done before is not done
    again (`acts`).
    """
    with transaction.atomic():
        hold_still()
        with acts.claimed():
            yield


def each(things: Iterable[T], act: Callable[[T], object]) -> int:
    """Do something with each of many, in a transaction of its own: one that fails keeps no other
    waiting.

    Returns:
        For how many it was done. What failed stands in the log and comes again with the next beat.
    """
    done = 0
    for thing in things:
        try:
            with writing():
                act(thing)
        except Exception:
            log.exception("%s failed for %r", getattr(act, "__name__", act), thing)
        else:
            done += 1
    return done


def hold_still() -> None:
    """Take the ledger's lock for the present transaction: nobody writes until it ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


class Line(NamedTuple):
    """What one entry says, before it has its place in the chain."""

    kind: str
    subject_kind: str
    subject_id: object
    label: str
    old_state: str = ""
    new_state: str = ""
    why: str = ""
    facts: Mapping[str, Any] = MappingProxyType({})
    key: str | None = None
    held: str | None = None  # None: read from the row; "" of what is no record


def record(
    kind: str,
    *,
    subject_kind: str,
    subject_id: object,
    label: str,
    actor: Actor,
    at: datetime,
    old_state: str = "",
    new_state: str = "",
    why: str = "",
    facts: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> Entry:
    """Append one entry and its deliveries, in the caller's transaction (there must be one), after
    the record was written: its row is read for what it holds now.
    """
    line = Line(
        kind, subject_kind, subject_id, label, old_state, new_state, why, facts or {}, key or None
    )
    return record_many([line], actor, at)[0]


def record_many(lines: Sequence[Line], actor: Actor, at: datetime) -> list[Entry]:
    """Append entries in one pass, each chained to the one before; with their deliveries.

    What the records hold that the lines tell of is read, where the lines do not say it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("The ledger is written inside the transaction of what it tells.")
    hold_still()
    last = Entry.objects.order_by("-id").values_list("hash", flat=True).first() or GENESIS
    day, numbers = at.astimezone(_ZONE).date(), bulk.reserve(Entry, len(lines))
    bare = [(line.subject_kind, str(line.subject_id)) for line in lines if line.held is None]
    rows = held.of_subjects(bare) if bare else {}
    entries: list[Entry] = []
    for line, number in zip(lines, numbers, strict=True):
        entry = bulk.new(
            Entry,
            id=number,
            at=at,
            day=day,
            kind=line.kind,
            subject_kind=line.subject_kind,
            subject_id=str(line.subject_id),
            label=line.label[:320],
            actor_id=actor.id,
            actor_label=actor.label[:160],
            old_state=line.old_state,
            new_state=line.new_state,
            why=_as_kept(line.why),
            facts=_as_json(line.facts),
            key=line.key,
            form=FORM,
            held=rows.get((line.subject_kind, str(line.subject_id)), "")
            if line.held is None
            else line.held,
            before=last,
        )
        last = entry.hash = hash_of(entry)
        entries.append(entry)
    bulk.insert(entries)
    waiting = {kind: reactions.for_kind(kind) for kind in {e.kind for e in entries}}
    due = [(e.id, r.name, at) for e in entries for r in waiting[e.kind]]
    if due:
        columns = dict(zip(("entry_id", "reaction", "due_at"), zip(*due, strict=True), strict=True))
        bulk.insert_columns(Delivery, columns)
    return entries


def _as_kept(why: str) -> str:
    return why.as_text() if isinstance(why, Said) else without_controls(why) if why else ""


def done(key: str) -> Entry | None:
    """What an act of this key did already; None for an act without a key, or not done yet."""
    return Entry.objects.filter(key=key).first() if key else None


def history(subject_kind: str, subject_id: object) -> models.QuerySet[Entry]:
    """The entries of one subject, oldest first."""
    return Entry.objects.filter(subject_kind=subject_kind, subject_id=str(subject_id))


@dataclass(frozen=True)
class Proof:
    """What verification found: how many entries hold, and the first that does not."""

    entries: int
    broken_at: int | None = None
    words: str = ""
    root: str = GENESIS

    @property
    def holds(self) -> bool:
        return not self.words


def chain() -> Iterator[tuple[Any, Said | None]]:
    """Every entry in its order as it is kept, with what is wrong with it: it does not follow on
    the one before, or says something else than when it was written.
    """
    before, form = GENESIS, OLD
    names = [f.attname for f in Entry._meta.concrete_fields]
    rows = Entry.objects.order_by("id").values_list(*names, named=True)
    for entry in rows.iterator(chunk_size=2000):
        fault = None
        if entry.before != before:
            fault = Said("ledger.gap", number=entry.id)
        elif not _in_form(entry, form) or hash_of(entry) != entry.hash:
            fault = Said("ledger.changed", number=entry.id)
        yield entry, fault
        before, form = entry.hash, entry.form


def _in_form(entry: Any, form: int) -> bool:
    """No entry is of an older form than those before it, and the old form holds no digest."""
    return form <= entry.form <= FORM and (entry.form != OLD or not entry.held)


def verify(
    *, root: str = "", at_least: int = 1, each_entry: Callable[[Any], object] | None = None
) -> Proof:
    """Walk the whole chain and recompute every hash.

    Args:
        root: A root that was published: an entry with this hash must stand in the chain.
        at_least: How many entries there must be; a ledger without any proves nothing.
        each_entry: Is shown every entry that holds.
    """
    before, count, met = GENESIS, 0, not root
    for entry, fault in chain():
        if fault:
            return Proof(count, entry.id, fault, before)
        if each_entry:
            each_entry(entry)
        before, count = entry.hash, count + 1
        met = met or before == root
    if count < at_least:
        words = (
            Said("ledger.too_few", count=count, wanted=at_least) if count else Said("ledger.empty")
        )
        return Proof(count, None, words, before)
    if not met:
        return Proof(count, None, Said("ledger.root_missing", root=root[:16]), before)
    return Proof(count, root=before)


def root_of(day: date) -> str:
    """The hash of the last entry up to and including a day; the portal publishes it."""
    newest = Entry.objects.order_by("-id").values_list("day", "hash")
    last = newest.first()
    if last and last[0] > day:  # for today, the last of all answers without a walk through the days
        last = newest.filter(day__lte=day).first()
    return last[1] if last else GENESIS
