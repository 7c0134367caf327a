"""A letter is a delivery like any other: leased, tried again later, stuck in the open, retried by
a button.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from kechuang.district.core import acts, clock, doors
from kechuang.district.core.models import Entry
from kechuang.district.core.reactions import Away, every, on

from .models import Letter
from .services import send_letter


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


@every(hours=24)
def forget_acts(at: datetime) -> None:
    """Keys of forms that nobody has open any more."""
    acts.forget(at - timedelta(days=30))


@every(hours=1)
def forget_callers(now: datetime) -> None:
    """Counts of who came through the limited doors are kept no longer than they limit."""
    doors.forget(now)
