"""The worker's part of an import."""

from collections.abc import Sequence
from datetime import datetime

from kechuang.district.core import ledger
from kechuang.district.core.models import Delivery, Entry, ImportBatch
from kechuang.district.core.reactions import every, on

from .working import apply_now, check_now, give_up_stopped, undo_now


def _batch(entry: Entry) -> ImportBatch:
    return ImportBatch.objects.get(pk=entry.subject_id)


@on("core.import.upload", "core.import.answer")
def check_sheet(entries: Sequence[Entry]) -> None:
    for entry in entries:
        check_now(_batch(entry))


@on("core.import.confirm")
def write_sheet(entries: Sequence[Entry]) -> None:
    for entry in entries:
        apply_now(_batch(entry))


@on("core.import.undo")
def take_back(entries: Sequence[Entry]) -> None:
    for entry in entries:
        undo_now(_batch(entry))


@every(minutes=5)
def end_stopped(now: datetime) -> None:
    """Every import ends: what the worker cannot bring to an end is refused, with the reason."""
    stuck = Delivery.objects.filter(
        state="stuck", entry__kind__in=("core.import.upload", "core.import.confirm")
    )
    subjects = stuck.values_list("entry__subject_id", flat=True)
    waiting = ImportBatch.objects.filter(state__in=("uploaded", "confirmed"))
    ledger.each([b for b in waiting if str(b.pk) in set(subjects)], give_up_stopped)
