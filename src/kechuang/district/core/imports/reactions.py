"""The worker's part of an import."""

from collections.abc import Sequence

from kechuang.district.core.models import Entry, ImportBatch
from kechuang.district.core.reactions import on

from .working import apply_now, check_now, undo_now


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
