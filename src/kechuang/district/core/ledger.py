"""Writing and proving the ledger: audit trail, outbox and history in one."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models

from . import reactions
from .actor import Actor
from .models import Delivery, Entry

_ZONE = ZoneInfo("Asia/Shanghai")
_GENESIS = "0" * 64
_LOCK = 7_253_001  # the ledger's own advisory lock on PostgreSQL


def _canonical(entry: Entry) -> str:
    return json.dumps(
        [
            entry.at.astimezone(ZoneInfo("UTC")).isoformat(timespec="microseconds"), entry.day.isoformat(), entry.kind,
            entry.subject_kind, entry.subject_id, entry.label, entry.actor_id, entry.actor_label, entry.old_state,
            entry.new_state, entry.why, entry.facts, entry.key, entry.before,
        ],
        ensure_ascii=False, sort_keys=True, separators=(",", ":"),
    )  # fmt: skip


def hash_of(entry: Entry) -> str:
    """The hash of an entry over its content and the hash before it."""
    return hashlib.sha256(_canonical(entry).encode()).hexdigest()


def record(
    kind: str, *, subject_kind: str, subject_id: object, label: str, actor: Actor, at: datetime,
    old_state: str = "", new_state: str = "", why: str = "", facts: Mapping[str, Any] | None = None, key: str | None = None,
) -> Entry:  # fmt: skip
    """Append one entry and its deliveries, in the caller's transaction (there must be one)."""
    if not connection.in_atomic_block:
        raise RuntimeError("The ledger is written inside the transaction of what it tells.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = Entry.objects.order_by("-id").values_list("hash", flat=True).first()
    entry = Entry(
        at=at, day=at.astimezone(_ZONE).date(), kind=kind, subject_kind=subject_kind, subject_id=str(subject_id),
        label=label[:320], actor_id=actor.id, actor_label=actor.label[:160], old_state=old_state, new_state=new_state,
        why=why, facts=json.loads(json.dumps(facts or {}, default=str)), key=key or None, before=last or _GENESIS,
    )  # fmt: skip
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    Delivery.objects.bulk_create(
        Delivery(entry=entry, reaction=r.name, due_at=at) for r in reactions.for_kind(kind)
    )
    return entry


def history(subject_kind: str, subject_id: object) -> models.QuerySet[Entry]:
    """The entries of one subject, oldest first."""
    return Entry.objects.filter(subject_kind=subject_kind, subject_id=str(subject_id))


@dataclass(frozen=True)
class Proof:
    """What verification found: how many entries hold, and the first that does not."""

    entries: int
    broken_at: int | None = None
    words: str = ""
    root: str = _GENESIS


def verify() -> Proof:
    """Walk the whole chain and recompute every hash."""
    before, count = _GENESIS, 0
    for entry in Entry.objects.order_by("id").iterator(chunk_size=2000):
        if entry.before != before:
            return Proof(
                count, entry.id, f"第 {entry.id} 条与上一条接不上：有条目被删去或插入", before
            )
        if hash_of(entry) != entry.hash:
            return Proof(count, entry.id, f"第 {entry.id} 条的内容被改过", before)
        before, count = entry.hash, count + 1
    return Proof(count, root=before)


def root_of(day: date) -> str:
    """The hash of the last entry up to and including a day; the portal publishes it."""
    last = Entry.objects.filter(day__lte=day).order_by("-id").values_list("hash", flat=True).first()
    return last or _GENESIS
