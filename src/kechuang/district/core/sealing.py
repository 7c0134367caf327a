"""Records that were there before the ledger proved records: each gets one entry, once."""

from datetime import datetime

from . import ledger
from .actor import SYSTEM
from .held import KEPT
from .ledger import Line
from .models import Entry
from .proving import SEAL, unproved

_PART = 5_000


def seal(at: datetime) -> int:
    """Write one entry for every record of a kind of which the ledger proves none yet.

    Of a kind that it proves already none is ever sealed again: a row without an entry was then
    added behind it.

    Returns:
        How many records were sealed.
    """
    done = 0
    with ledger.writing():
        proved = _proved_kinds()
        for kept in KEPT.values():
            if any(kept.is_subject(kind) for kind in proved):
                continue
            found = sorted(unproved(kept).items())
            for start in range(0, len(found), _PART):
                part = found[start : start + _PART]
                ledger.record_many(
                    [Line(SEAL, kind, key, key, held=now) for (kind, key), now in part], SYSTEM, at
                )
            done += len(found)
    return done


def _proved_kinds() -> set[str]:
    told = Entry.objects.exclude(held="").order_by()
    return set(told.values_list("subject_kind", flat=True).distinct())
