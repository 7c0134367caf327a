"""A letter is a delivery like any other: leased, tried again later, stuck in the open, retried by
a button.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings

from kechuang.district.core import acts, clock, doors, roots
from kechuang.district.core.models import Entry
from kechuang.district.core.reactions import Away, every, on

from .models import Letter
from .services import send_letter, write_letter


@on("accounts.letter.write")
def send_letters(entries: Sequence[Entry]) -> None:
    """Send each; a mail server that is away makes all letters wait a little, not only this one."""
    for letter in Letter.objects.filter(pk__in=[e.subject_id for e in entries]):
        try:
            send_letter(letter, clock.now())
        except SMTPRecipientsRefused:
            raise  # this address only: the others go on
        except (OSError, SMTPException) as e:
            raise Away(f"{type(e).__name__}: {e}") from e


@every(hours=1)
def send_roots(at: datetime) -> None:
    """The root of the day that ended goes where this house cannot rewrite it: by letter, and into
    the folder for roots with its time-stamp.
    """
    root = roots.of_day(roots.last_finished(at))
    if root and settings.KECHUANG_ROOTS_TO:
        words = f"{root.as_json()}\n\n请留存这封信。日后用 kechuang ledger verify --root {root.root} 核对。"
        to = settings.KECHUANG_ROOTS_TO
        write_letter(f"root-{root.day}", f"台账 {root.day} 的根", words, at, name=to, email=to)
    roots.keep(at)


@every(hours=24)
def forget_acts(at: datetime) -> None:
    """Keys of forms that nobody has open any more."""
    acts.forget(at - timedelta(days=30))


@every(hours=1)
def forget_callers(now: datetime) -> None:
    """Counts of who came through the limited doors are kept no longer than they limit."""
    doors.forget(now)
