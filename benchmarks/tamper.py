"""Random tamperings directly in the database of a filled district: how many the proof finds.

KECHUANG_DEMO=1 KECHUANG_DATA=$(mktemp -d) .venv/bin/python benchmarks/tamper.py 1000

Each is one change by SQL behind the services: a record's row changed, deleted or added, a row that
belongs to one, a clock, an entry edited (also with its own hash made right again), taken out, put
in or swapped with another, the end cut off (also with the rows that it told of). It is undone
before the next. The day has ended and its root is kept outside, as `kechuang work` does it.
KECHUANG_DATABASE_URL: an empty PostgreSQL database instead (the role must be a superuser: the
guards are switched off).
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.district.settings")
import django

django.setup()

from django.core.management import call_command
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.models import F

from kechuang.district import demo
from kechuang.district.accounts.models import User
from kechuang.district.core import bulk, clock, ledger, roots, worker
from kechuang.district.core.held import KEPT, kept_of
from kechuang.district.core.models import Delivery, Entry
from kechuang.district.core.proving import prove
from kechuang.district.registry.models import BookFact

Model = type[models.Model]


class Undone(Exception):
    """Takes a tampering back."""


class Impossible(Exception):
    """The database itself refuses this one, or there is nothing of its kind: another is tried."""


class Tampering:
    """One hand in the database, with dice of its own."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.kinds: dict[str, Callable[[], str]] = {
            "row changed": self.change_row,
            "row deleted": self.delete_row,
            "row added": self.add_row,
            "row beside changed": self.change_beside,
            "row beside deleted or added": self.delete_or_add_beside,
            "clock of a row": self.clock_of_row,
            "clock of an entry": self.clock_of_entry,
            "entry edited": self.edit_entry,
            "entry edited, hash made right": self.edit_and_hash,
            "entry taken out": self.take_out,
            "entry put in": self.put_in,
            "entries swapped": self.swap,
            "end cut off": self.cut,
            "end cut off with its rows": self.cut_with_rows,
        }

    # --- records

    def _table(self) -> Model:
        return self.dice.choice([k.model for k in KEPT.values() if k.model._base_manager.exists()])

    def _row(self, model: Model) -> Any:
        rows = model._base_manager.order_by("pk")
        count = rows.count()
        if not count:
            raise Impossible
        return rows[self.dice.randrange(count)]

    def _other(self, model: Model, f: Any, value: Any) -> Any:
        """Another value of a column: as another row has it, or a little off."""
        held = model._base_manager.exclude(**{f.attname: value}).exclude(**{f.attname: None})
        if self.dice.random() < 0.3 and not isinstance(f, models.JSONField):
            return held.order_by("?").values_list(f.attname, flat=True).first() or _off(value, f)
        return _off(value, f)

    def _change(self, model: Model, thing: Any, fields: list[Any]) -> str:
        f = self.dice.choice(fields)
        was = getattr(thing, f.attname)
        now = self._other(model, f, was)
        if now == was:
            raise Impossible
        model._base_manager.filter(pk=thing.pk).update(**{f.attname: now})
        return f"{model.__name__} {thing.pk}.{f.attname}: {was!r} → {now!r}"

    def _columns(self, model: Model) -> list[Any]:
        kept = kept_of(model)
        assert kept
        names = {c.name for c in kept.columns}
        return [f for f in model._meta.concrete_fields if f.attname in names and not f.primary_key]

    def change_row(self) -> str:
        model = self._table()
        return self._change(model, self._row(model), self._columns(model))

    def clock_of_row(self) -> str:
        model = self._table()
        days = [f for f in self._columns(model) if isinstance(f, models.DateField)]
        if not days:
            raise Impossible
        return self._change(model, self._row(model), days)

    def delete_row(self) -> str:
        model = self._table()
        thing = self._row(model)
        model._base_manager.filter(pk=thing.pk)._raw_delete("default")
        return f"{model.__name__} {thing.pk}"

    def add_row(self) -> str:
        model = self._table()
        return self._copy(model, self._row(model))

    def _copy(self, model: Model, thing: Any) -> str:
        thing.pk = (model._base_manager.aggregate(n=models.Max("pk"))["n"] or 0) + 7
        for f in model._meta.concrete_fields:
            if not f.primary_key and isinstance(f, models.CharField):
                text = getattr(thing, f.attname)
                if f.unique and text is not None:
                    setattr(thing, f.attname, f"{text[: (f.max_length or 40) - 4]}-x")
            if f.attname in ("year", "task"):
                setattr(thing, f.attname, 1901 + self.dice.randrange(90))
        bulk.insert([thing])
        return f"{model.__name__} {thing.pk}"

    def _beside(self) -> tuple[Any, Any]:
        sides = [b for k in KEPT.values() for b in k.beside]
        side = self.dice.choice(sides)
        rows = side.model._base_manager.filter(**side.only).order_by("pk")
        if not rows.exists():
            raise Impossible
        return side, rows[self.dice.randrange(rows.count())]

    def change_beside(self) -> str:
        if self.dice.random() < 0.3:
            fact = self._row(BookFact)
            value = [f for f in ("text", "number", "day") if getattr(fact, f) not in (None, "")]
            return self._change(BookFact, fact, [BookFact._meta.get_field(n) for n in value])
        side, thing = self._beside()
        names = {c.name for c in side.columns} | set(side.on)
        fields = [f for f in side.model._meta.concrete_fields if f.attname in names]
        return self._change(side.model, thing, [f for f in fields if not f.primary_key])

    def delete_or_add_beside(self) -> str:
        side, thing = self._beside()
        if self.dice.random() < 0.5:
            side.model._base_manager.filter(pk=thing.pk)._raw_delete("default")
            return f"{side.model.__name__} {thing.pk} deleted"
        for name in ("role", "body", "email", "value"):
            if hasattr(thing, name):
                setattr(thing, name, "administrator" if name == "role" else "x@x.example")
                break
        return self._copy(side.model, thing)

    # --- the ledger

    def _entry(self) -> Entry:
        found: Entry = self._row(Entry)
        return found

    def edit_entry(self) -> str:
        plain = [f for f in Entry._meta.concrete_fields if not f.primary_key]
        return self._change(Entry, self._entry(), plain)

    def clock_of_entry(self) -> str:
        return self._change(Entry, self._entry(), [Entry._meta.get_field(n) for n in ("at", "day")])

    def edit_and_hash(self) -> str:
        """Not the last: what is changed there with its hash is another ledger, see the roots."""
        entry = self._entry()
        names = ("label", "why", "actor_label", "new_state", "held", "facts", "at")
        told = self._change(Entry, entry, [Entry._meta.get_field(n) for n in names])
        entry.refresh_from_db()
        Entry.objects.filter(pk=entry.pk).update(hash=ledger.hash_of(entry))
        return told

    def take_out(self) -> str:
        entry = self._entry()
        Delivery.objects.filter(entry_id=entry.pk)._raw_delete("default")
        Entry.objects.filter(pk=entry.pk)._raw_delete("default")
        return f"entry {entry.pk}"

    def put_in(self) -> str:
        entry = self._entry()
        later = Entry.objects.filter(pk__gt=entry.pk)
        later.update(id=-F("id") - 1)
        Entry.objects.filter(pk__lt=0).update(id=-F("id"))
        made = Entry.objects.get(pk=entry.pk)
        made.pk, made.key, made.before = entry.pk + 1, None, entry.hash
        made.why, made.hash = f"{made.why} x", ""
        made.hash = ledger.hash_of(made)
        bulk.insert([made])
        return f"entry after {entry.pk}"

    def swap(self) -> str:
        one, other = self._entry(), self._entry()
        if one.pk == other.pk:
            raise Impossible
        for pk, to in ((one.pk, -1), (other.pk, one.pk), (-1, other.pk)):
            Entry.objects.filter(pk=pk).update(id=to)
        return f"entries {one.pk} and {other.pk}"

    def _cut(self) -> list[Entry]:
        gone = list(Entry.objects.order_by("-id")[: self.dice.choice((1, 2, 5, 20, 100, 1000))])
        first = gone[-1].pk
        Delivery.objects.filter(entry_id__gte=first)._raw_delete("default")
        Entry.objects.filter(pk__gte=first)._raw_delete("default")
        return gone

    def cut(self) -> str:
        return f"{len(self._cut())} entries"

    def cut_with_rows(self) -> str:
        """The rows that the entries had made go with them: what is left agrees with itself."""
        gone = self._cut()
        for kept in KEPT.values():
            keys = {e.subject_id for e in gone if kept.is_subject(e.subject_kind) and e.held}
            earlier = Entry.objects.filter(subject_kind=kept.kind, subject_id__in=keys)
            new = keys - set(earlier.values_list("subject_id", flat=True))
            kept.model._base_manager.filter(pk__in=new)._raw_delete("default")
        return f"{len(gone)} entries"


def _off(value: Any, f: Any) -> Any:
    """A value that is a little another one."""
    if isinstance(f, models.JSONField):
        return {**value, "x": 1} if isinstance(value, dict) else [*(value or []), "x"]
    if isinstance(f, models.DateTimeField):
        return (value or clock.now()) - timedelta(hours=3)
    if isinstance(f, models.DateField):
        return (value or date(2026, 1, 1)) - timedelta(days=1)
    if isinstance(f, models.BooleanField):
        return not value
    if isinstance(f, models.IntegerField | models.ForeignKey):
        return (value or 0) + 1
    if isinstance(f, models.CharField | models.TextField):
        text = value or ""
        return text[:-1] + "改" if text and text[-1] != "改" else "改"
    raise TypeError(f)


def guards(*, off: bool) -> None:
    """The database's own refusals: somebody who may write SQL may switch them off too."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            role = "replica" if off else "origin"
            cursor.execute(f"SET session_replication_role = {role}")
        else:
            cursor.execute(f"PRAGMA foreign_keys = {'OFF' if off else 'ON'}")


def unguard() -> None:
    """Inside the transaction that is taken back: the triggers stand again afterwards."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in ("ledger_no_update", "ledger_no_delete"):
                cursor.execute(f"DROP TRIGGER {name}")


def once(hand: Tampering, kind: str, kept: dict[str, str]) -> tuple[str, bool]:
    """One tampering, and whether it is found; afterwards everything is as it was."""
    what, found = "", False
    try:
        with transaction.atomic():
            unguard()
            try:
                what = hand.kinds[kind]()
            except (IntegrityError, DataError) as e:
                raise Impossible from e
            found = not prove(roots=kept).holds
            raise Undone
    except Undone:
        pass
    return what, found


def fill() -> dict[str, str]:
    """The demo's district with all that waited done, and its root as it is kept at the day's end."""
    call_command("migrate", verbosity=0)
    if not User.objects.exists():
        demo.seed(lambda words: None)
        worker.drain()
    end: datetime = clock.now() + timedelta(days=1)
    root = roots.of_day(roots.last_finished(end))
    assert root
    return {str(root.day): root.root}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    kept = fill()
    sound = prove(roots=kept)
    assert sound.holds, (sound.chain.words, sound.faults)
    print(
        f"{connection.vendor}: {sound.chain.entries} entries, {sound.records} records", flush=True
    )
    hand = Tampering(random.Random(options.seed))
    guards(off=True)
    tried, missed, refused = Counter[str](), [], 0
    start, names = time.process_time(), sorted(hand.kinds)
    while tried.total() < options.count:
        kind = names[(tried.total() + refused) % len(names)]
        try:
            what, found = once(hand, kind, kept)
        except Impossible:
            refused += 1
            continue
        tried[kind] += 1
        if not found:
            missed.append((kind, what))
            print("MISSED", kind, what, flush=True)
        if tried.total() % 100 == 0:
            print(f"{tried.total()} tried, {len(missed)} missed", flush=True)
    guards(off=False)
    assert prove(roots=kept).chain == sound.chain
    lost = Counter(kind for kind, _ in missed)
    for kind in names:
        print(f"{kind:32} {tried[kind] - lost[kind]:4} of {tried[kind]:4}")
    each = (time.process_time() - start) / options.count
    print(f"found {options.count - len(missed)} of {options.count}; {each:.2f} s of processor each")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
