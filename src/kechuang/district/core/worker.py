"""Delivers ledger entries to reactions: at least once, in order, surviving a kill at any moment."""

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.db import close_old_connections, transaction
from django.db.models import F, Q, QuerySet

from . import clock, reactions
from .models import Beat, Delivery, Entry

log = logging.getLogger("kechuang.worker")
LEASE = timedelta(minutes=10)
AWAY = timedelta(minutes=1)  # how long a reaction pauses when what it needs outside does not answer
TRIES = 8
_BEAT = "worker"  # the row that says when a worker was last at work
_ALIVE = "alive"  # where the kernel does not say when a process began
_held: list[str] = []  # the lease that this process works under now


def deliver_once(now: datetime, only: tuple[str, ...] = ()) -> int:
    """Deliver one batch to one reaction. Returns how many entries it took (0: nothing waits).

    ``only`` limits it to reactions whose names begin so (a command that does its own part).
    """
    waiting = _waiting(now)
    if only:
        names = [name for name in reactions.REACTIONS if name.startswith(only)]
        waiting = waiting.filter(reaction__in=names)
    first = waiting.order_by("entry_id").values_list("reaction", flat=True).first()
    if first is None:
        return 0
    reaction = reactions.REACTIONS.get(first)
    if reaction is None:  # a reaction that a newer version took away
        return Delivery.objects.filter(reaction=first, state="pending").update(
            state="done", error="gone"
        )
    lease = f"{holder()}:{uuid.uuid4().hex[:8]}"
    taken = _lease(waiting, reaction, lease, now)
    if taken:
        _run(reaction, lease, now)
    return taken


def _lease(
    waiting: QuerySet[Delivery], reaction: reactions.Reaction, lease: str, now: datetime
) -> int:
    """Take a batch for ourselves; another worker may be quicker, then less or nothing is taken."""
    ids = list(
        waiting.filter(reaction=reaction.name)
        .order_by("entry_id")
        .values_list("id", flat=True)[: reaction.batch]
    )
    return (
        _waiting(now)
        .filter(id__in=ids)
        .update(lease=lease, leased_until=now + LEASE, tries=F("tries") + 1)
    )


def _run(reaction: reactions.Reaction, lease: str, now: datetime) -> None:
    """Let the reaction have what was leased, and mark what became of it."""
    worn = Delivery.objects.filter(lease=lease, tries__gt=TRIES)  # killed its worker every time
    worn.update(state="stuck", lease="", leased_until=None, error="the worker died each time")
    mine = Delivery.objects.filter(lease=lease)
    entries = list(Entry.objects.filter(deliveries__in=mine).order_by("id"))
    _held.append(lease)
    try:
        reaction.run(entries)
    except reactions.Away as e:
        log.warning("%s waits: %s", reaction.name, e)
        _put_back(mine, now, e)
        pending = Delivery.objects.filter(
            reaction=reaction.name, state="pending", leased_until=None
        )
        pending.filter(due_at__lt=now + AWAY).update(due_at=now + AWAY)
    except Exception as e:
        log.exception("%s failed on entries %s", reaction.name, [entry.id for entry in entries])
        _put_back(mine, now, e)
    else:
        mine.update(state="done", lease="", leased_until=None, error="")
    finally:
        _held.remove(lease)


def keep_lease() -> None:
    """Say that this process is still at work: a long job calls it as it goes, so that nobody
    takes it over.
    """
    now = clock.now()
    for lease in _held:
        Delivery.objects.filter(lease=lease).update(leased_until=now + LEASE)
    say_alive(now)


def say_alive(now: datetime) -> None:
    """Note that a worker is at work."""
    Beat.objects.update_or_create(name=_BEAT, defaults={"last_at": now})


def beats() -> dict[str, datetime]:
    """When what happens again and again happened last, by name: asked once for all of it."""
    return dict(Beat.objects.values_list("name", "last_at"))


def last_alive(known: Mapping[str, datetime] | None = None) -> datetime | None:
    """When a worker was last at work; None: never. ``known``: the beats, where they were asked."""
    return (beats() if known is None else known).get(_BEAT)


def _waiting(now: datetime) -> QuerySet[Delivery]:
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    return Delivery.objects.filter(free, state="pending", due_at__lte=now)


def _put_back(mine: QuerySet[Delivery], now: datetime, error: Exception) -> None:
    for delivery in mine:
        delivery.state = "stuck" if delivery.tries >= TRIES else "pending"
        delivery.due_at = now + timedelta(seconds=5 * 4**delivery.tries)
        delivery.error = f"{type(error).__name__}: {error}"[:2000]
        delivery.lease, delivery.leased_until = "", None
        delivery.save()


def holder() -> str:
    """Who holds a lease: machine, process number, and when the process began, for numbers are
    used again.
    """
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{_began(os.getpid())}"


def release_dead() -> int:
    """Free what a worker of this machine had taken when it was killed.

    Returns how many deliveries.
    """
    here = socket.gethostname()[:60]
    freed = 0
    held = Delivery.objects.filter(state="pending", lease__startswith=f"{here}:")
    for lease in held.values_list("lease", flat=True).distinct():
        number, began = lease.removeprefix(f"{here}:").split(":")[:2]
        if _began(int(number)) != began:
            freed += held.filter(lease=lease).update(lease="", leased_until=None)
    return freed


def _began(process: int) -> str:
    """When a process of this machine began, as the kernel counts it; "" when there is none of
    that number.
    """
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return _ALIVE if _alive(process) else ""
    return told.rpartition(")")[2].split()[19]


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def retry_stuck() -> int:
    """Give stuck deliveries another chance (an administrator's button)."""
    return Delivery.objects.filter(state="stuck").update(
        state="pending", tries=0, due_at=clock.now()
    )


def beat(now: datetime) -> int:
    """Run the schedules that are due; each once, however many workers there are."""
    run = 0
    for schedule in reactions.SCHEDULES.values():
        with transaction.atomic():
            last, new = Beat.objects.select_for_update().get_or_create(
                name=schedule.name, defaults={"last_at": now}
            )
            if not new and now - last.last_at < schedule.every:
                continue
            Beat.objects.filter(name=schedule.name).update(last_at=now)
        try:
            schedule.run(now)
        except Exception:
            log.exception("%s failed", schedule.name)
        run += 1
    return run


def drain(limit: int = 100_000, *, background: bool = False) -> int:
    """Deliver all that waits now (and with ``background`` all idle work too)."""
    done = 0
    while done < limit and (taken := deliver_once(clock.now())):
        done += taken
    while background and any([work() for work in reactions.IDLE.values()]):
        done += 1
    return done


def work_forever(stop: Callable[[], bool], pause: float = 0.5) -> None:
    """The worker's loop: deliveries first, then schedules, then idle work, then a pause."""
    next_beat = clock.now()
    while not stop():
        close_old_connections()
        busy = deliver_once(clock.now()) > 0
        if clock.now() >= next_beat:
            say_alive(clock.now())
            release_dead()
            beat(clock.now())
            next_beat = clock.now() + timedelta(seconds=30)
        if not busy:
            busy = any([_idle(name, work) for name, work in reactions.IDLE.items()])
        if not busy:
            time.sleep(pause)


def _idle(name: str, work: Callable[[], bool]) -> bool:
    """One piece of idle work; what fails there is told and keeps no letter from being sent."""
    try:
        return work()
    except Exception:
        log.exception("%s failed", name)
        return False
