"""One act of a person, however often it is sent: a double click, a repeat after the back button.

The act's key is written in the very transaction that writes what the act does, under the ledger's
lock. A repeat therefore finds all of it done or nothing of it, also when both come at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from .models import Sent


class Repeated(Exception):
    """The act was done before. No refusal: the sender is shown the first answer."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass
class Act:
    """What a person is doing: its key ("": it may be done any number of times), and whether
    something was written for it.
    """

    at: datetime
    key: str = ""
    written: bool = False


_NOW: ContextVar[Act | None] = ContextVar("act", default=None)


@contextmanager
def act(at: datetime) -> Iterator[Act]:
    """All writing inside belongs to this act."""
    made = Act(at)
    token = _NOW.set(made)
    try:
        yield made
    finally:
        _NOW.reset(token)


@contextmanager
def claimed() -> Iterator[None]:
    """Claim the present act for the present transaction, which holds the ledger's lock.

    Raises:
        Repeated: It was done before.
    """
    now = _NOW.get()
    if now is None or not now.key or now.written:
        yield
        return
    if done(now.key):
        raise Repeated(now.key)
    Sent.objects.create(key=now.key, at=now.at)
    now.written = True
    try:
        yield
    except BaseException:
        now.written = False  # the transaction goes back, and the claim with it
        raise


def done(key: str) -> bool:
    """Whether an act of this key was done."""
    return Sent.objects.filter(key=key).exists()


def answered(key: str, address: str) -> None:
    """Keep where the first answer led to."""
    Sent.objects.filter(key=key).update(address=address[:500])


def answer_of(key: str) -> str:
    """Where the first answer led to; "" while it is not known."""
    found: str | None = Sent.objects.filter(key=key).values_list("address", flat=True).first()
    return found or ""


def forget(before: datetime) -> int:
    """Drop the keys of old acts: no page stays open that long."""
    return Sent.objects.filter(at__lt=before).delete()[0]
