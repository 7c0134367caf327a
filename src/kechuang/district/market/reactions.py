"""The index follows the records; reminders follow the clock."""

import time
from collections.abc import Sequence
from datetime import datetime

from kechuang.district.core import clock
from kechuang.district.core.models import Entry
from kechuang.district.core.reactions import every, idle, on

from .models import Achievement, Demand, Introduction
from .services import alike, fits, index, introductions, waiting, wishes

_REFRESH_SECONDS = 20.0
_written = {"at": 0.0, "dirty": 0.0}


@on("market.achievement.*", batch=1000)
def index_achievements(entries: Sequence[Entry]) -> None:
    index.reindex_achievements(sorted({int(e.subject_id) for e in entries}))
    _written["dirty"] = 1.0


@on("market.demand.*", batch=1000)
def index_demands(entries: Sequence[Entry]) -> None:
    index.reindex_demands(sorted({int(e.subject_id) for e in entries}))
    _written["dirty"] = 1.0


@on("market.demand.close", "market.demand.merge")
def end_introductions_of_demand(entries: Sequence[Entry]) -> None:
    for demand in Demand.objects.filter(pk__in=[e.subject_id for e in entries], state="closed"):
        introductions.call_off_for(demand, clock.now())


@on("market.achievement.close", "market.achievement.merge")
def end_introductions_of_achievement(entries: Sequence[Entry]) -> None:
    for found in Achievement.objects.filter(pk__in=[e.subject_id for e in entries], state="closed"):
        introductions.call_off_for(found, clock.now())


@on("accounts.person.change_address")
def follow_to_new_address(entries: Sequence[Entry]) -> None:
    for entry in entries:
        introductions.readdress(str(entry.facts["was"]), str(entry.facts["now"]), clock.now())


@on("market.introduction.start")
def take_up_wishes(entries: Sequence[Entry]) -> None:
    for found in Introduction.objects.filter(pk__in=[e.subject_id for e in entries]):
        wishes.take_up(found, clock.now())


@on("market.achievement.*", "market.demand.*", batch=200)
def tell_followers(entries: Sequence[Entry]) -> None:
    wishes.tell_followers(entries)


@on("market.achievement.*", "market.demand.*", batch=200)
def note_near_duplicates(entries: Sequence[Entry]) -> None:
    alike.note_near(entries, clock.now())


@idle
def embed_waiting_texts() -> bool:
    """Embed a handful; hand the vectors to the servers every few seconds and when all is done."""
    made = index.embed_some()
    if made:
        _written["dirty"] = 1.0
    due = time.monotonic() - _written["at"] > _REFRESH_SECONDS
    if _written["dirty"] and (not made or due):
        index.write_vectors()
        _written.update(at=time.monotonic(), dirty=0.0)
    return bool(made)


@idle
def look_for_fits() -> bool:
    """One new text at a time, once all that waits is embedded and handed over."""
    return not _written["dirty"] and fits.look_at_one(clock.now())


@every(minutes=10)
def tell_of_fits(now: datetime) -> None:
    """What is new since the last letter; a person gets one a day."""
    fits.tell(now)


@every(minutes=10)
def remind_and_ask(now: datetime) -> None:
    waiting.remind_waiting(now)
    waiting.ask_outcomes(now)
