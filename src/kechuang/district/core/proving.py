"""Proving that every record is what the ledger says of it, and the ledger what it was when its
roots were kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from kechuang.engines.base.sayings import Said

from . import books, held, ledger
from .held import GONE, KEPT, Fault, Kept
from .models import Entry, LawInForce, LawVersion

MOST = 200  # faults that are looked at twice and shown
Subject = tuple[str, str]


@dataclass(frozen=True)
class Proved:
    """What was found: the chain, how many records stand as it says, and those that do not."""

    chain: ledger.Proof
    records: int
    sealed: int  # of them known only since the day on which the house began to prove records
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        return self.chain.holds and not self.faults


def prove(*, root: str = "", at_least: int = 1, roots: Mapping[str, str] | None = None) -> Proved:
    """Walk the chain, and compare every record with the last entry about it.

    Args:
        root, at_least: As `ledger.verify`.
        roots: Roots that were kept elsewhere, by day: each must stand in the chain.
    """
    last: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    missing = {root: day for day, root in (roots or {}).items()}
    missing.pop(ledger.GENESIS, None)

    def note(entry: Any) -> None:
        if entry.held:
            last[entry.subject_kind][entry.subject_id] = entry.held, entry.kind
        missing.pop(entry.hash, None)

    chain = ledger.verify(root=root, at_least=at_least, each_entry=note)
    if not chain.holds:
        return Proved(chain, 0, 0, ())
    faults = [Fault("", day, Said("held.root_missing", day=day)) for day in missing.values()]
    suspects: list[Subject] = []
    count = 0
    for kept in KEPT.values():
        rows = {(kind, key): now for key, (kind, now) in kept.in_database().items()}
        count += len(rows)
        told = [kind for kind in last if kept.is_subject(kind)]
        said = {(kind, key): now for kind in told for key, (now, _) in last[kind].items()}
        suspects += [s for s in rows.keys() | said.keys() if said.get(s) != rows.get(s, GONE)]
        faults += [Fault(kept.kind, key, Said("held.added")) for key in kept.left_over()]
    suspects.sort()
    faults += _looked_at_twice(suspects[:MOST])
    faults += [fault for look in held.CHECKS for fault in look()]
    sealed = sum(by == SEAL for said in last.values() for _, by in said.values())
    return Proved(chain, count, sealed, tuple(faults))


SEAL = "core.ledger.seal"  # the entry of a record that was there before records were proved


def _looked_at_twice(suspects: list[Subject]) -> Iterator[Fault]:
    """Those that still differ while nobody writes: the house goes on while it is proved."""
    if not suspects:
        return
    with transaction.atomic():
        ledger.hold_still()
        rows = held.of_subjects(suspects)
        for kind, key in suspects:
            told = Entry.objects.filter(subject_kind=kind, subject_id=key).exclude(held="")
            entry = told.order_by("-id").first()
            if fault := _fault(kind, key, entry, rows.get((kind, key), GONE)):
                yield fault


def _fault(kind: str, key: str, entry: Entry | None, now: str) -> Fault | None:
    said = entry.held if entry else GONE
    if said == now:
        return None
    label = entry.label if entry else ""
    if entry is None:
        return Fault(kind, key, Said("held.added"))
    if said == GONE:
        return Fault(kind, key, Said("held.back_again", label=label, day=entry.day))
    if now == GONE:
        return Fault(kind, key, Said("held.deleted", label=label, day=entry.day))
    return Fault(kind, key, Said("held.changed", label=label, day=entry.day))


def unproved(kept: Kept) -> dict[Subject, str]:
    """The records of a model of which no entry says anything: subject → digest."""
    rows = {(kind, key): now for key, (kind, now) in kept.in_database().items()}
    told = Entry.objects.exclude(held="").values_list("subject_kind", "subject_id")
    known = set(told.filter(subject_kind__in={kind for kind, _ in rows}).distinct())
    return {s: now for s, now in rows.items() if s not in known}


@held.checked
def _law() -> Iterable[Fault]:
    """The texts of the law are what their digests say, and the version in force is the one that
    somebody put in force.
    """
    for version in LawVersion.objects.all():
        if books.digest_of(version.files) != version.digest:
            yield Fault("core.lawtext", str(version.pk), Said("held.law_text"))
    last = Entry.objects.filter(kind="core.law.enact").order_by("-id").first()
    rows = list(LawInForce.objects.select_related("version"))
    now = [(r.version.digest if r.version else "", r.since, r.by, r.why) for r in rows]
    said = [(last.facts["digest"], last.at, last.actor_label, last.why)] if last else []
    if now != said:
        yield Fault("core.law", "", Said("held.law_in_force"))
