"""What a record holds, as one digest: the ledger carries it with each entry, so that a row that was
changed, deleted or added behind the ledger is told from one that was not.

Every model says here whether its rows are proved, and by which kind of entry. A column that stands
at its default is left out, so that a column that is added later changes no digest of before.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_
from string import Formatter
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from django.db import models

from kechuang.engines.base.sayings import Said

GONE = "gone"  # what an entry holds of a record that is no more
_UTC = ZoneInfo("UTC")
_TEXT = (models.CharField, models.TextField)
M = TypeVar("M", bound=type[models.Model])


class Column(NamedTuple):
    """A column that is proved: its name, its default as it is written, and what writes it."""

    name: str
    default: Any
    plain: Callable[[Any], Any]


def _as_text(value: Any) -> Any:
    return value if value is None or type(value) is str else str(value)


def _as_it_is(value: Any) -> Any:
    return value


def _as_json(value: Any) -> Any:
    """A value of JSON as either database gives it back: keys are texts, whole floats are numbers."""
    if isinstance(value, dict):
        return {str(k): _as_json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(v) for v in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _other(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(_UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    raise TypeError(f"{type(value).__name__} has no written form")


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_other
)


def _columns(model: type[models.Model], unkept: frozenset[str]) -> tuple[Column, ...]:
    found = []
    names = {f.attname for f in model._meta.concrete_fields}
    if unknown := unkept - names:
        raise ValueError(f"{model.__name__} has no column {unknown}")
    for f in model._meta.concrete_fields:
        if f.attname in unkept:
            continue
        how = _as_json if isinstance(f, models.JSONField) else _as_it_is
        if isinstance(f, _TEXT):
            how = _as_text
        found.append(Column(f.attname, how(f.get_default()), how))
    return tuple(found)


def _plain(columns: Sequence[Column], values: Iterable[Any]) -> dict[str, Any]:
    """What a row holds beyond its defaults."""
    made = {}
    for column, value in zip(columns, values, strict=True):
        written = column.plain(value)
        if written != column.default or type(written) is not type(column.default):
            made[column.name] = written
    return made


@dataclass(frozen=True)
class Beside:
    """Rows of another table that belong to a record: ``on`` maps their column to the record's."""

    model: type[models.Model]
    on: Mapping[str, str]
    unkept: frozenset[str]
    only: Mapping[str, Any]

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return _columns(self.model, self.unkept)


@dataclass(frozen=True)
class Kept:
    """A model whose rows are proved. ``kind`` is the subject of its entries; it may name a column
    of the row ("registry.{register}").
    """

    kind: str
    model: type[models.Model]
    unkept: frozenset[str]
    beside: list[Beside] = field(default_factory=list)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return _columns(self.model, self.unkept)

    @cached_property
    def named_by(self) -> tuple[str, ...]:
        """The columns that the kind names."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.kind) if name)

    @cached_property
    def key(self) -> str:
        key = self.model._meta.pk
        assert key is not None
        return str(key.attname)

    def kind_of(self, thing: Any) -> str:
        """The subject kind of one record's entries."""
        if not self.named_by:
            return self.kind
        return self.kind.format(**{n: getattr(thing, n) for n in self.named_by})

    def is_subject(self, kind: str) -> bool:
        """Whether entries of a subject kind may be about these records."""
        return kind == self.kind or bool(self.named_by and kind not in KEPT and _fits(self, kind))

    def held_by(self, things: Sequence[Any]) -> list[str]:
        """The digests of records from their instances, as they stand in the database."""
        if self.beside:
            found = self.in_database([t.pk for t in things])
            return [found.get(str(t.pk), ("", GONE))[1] for t in things]
        names = [c.name for c in self.columns]
        return [_digest(_plain(self.columns, [getattr(t, n) for n in names])) for t in things]

    def in_database(self, keys: Sequence[Any] | None = None) -> dict[str, tuple[str, str]]:
        """Primary key as text → (subject kind, digest) of the rows; of all of them without keys."""
        return {key: (kind, digest) for key, kind, digest in self._read(keys)}

    def left_over(self) -> Iterator[str]:
        """Rows beside that belong to no record: nothing covers them."""
        for b in self.beside:
            owners = set(self.model._base_manager.order_by().values_list(*b.on.values()))
            for owner in self._sides(b, None).keys() - owners:
                yield f"{b.model._meta.db_table} {' '.join(map(str, owner))}"

    def _read(self, keys: Sequence[Any] | None) -> Iterator[tuple[str, str, str]]:
        rows = self.model._base_manager.order_by()
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        names = [c.name for c in self.columns]
        extra = [self.key, *self.named_by, *(n for b in self.beside for n in b.on.values())]
        sides = [self._sides(b, rows if keys is not None else None) for b in self.beside]
        for told in rows.values_list(*names, *extra).iterator(chunk_size=2000):
            held = _plain(self.columns, told[: len(names)])
            known = dict(zip(extra, told[len(names) :], strict=True))
            for b, side in zip(self.beside, sides, strict=True):
                mine = side.get(tuple(known[n] for n in b.on.values()))
                if mine:
                    held[f"beside {b.model._meta.db_table}"] = mine
            kind = self.kind.format(**{n: known[n] for n in self.named_by})
            yield str(known[self.key]), kind, _digest(held)

    @staticmethod
    def _sides(
        beside: Beside, rows: "models.QuerySet[Any] | None"
    ) -> dict[tuple[Any, ...], list[str]]:
        """By what they belong to: the rows beside, each written, in an order of their own."""
        found: dict[tuple[Any, ...], list[str]] = {}
        children = beside.model._base_manager.filter(**beside.only).order_by()
        if rows is not None:
            owners = list(rows.values_list(*beside.on.values()))
            belongs = [models.Q(**dict(zip(beside.on, o, strict=True))) for o in owners]
            children = children.filter(reduce(or_, belongs, models.Q(pk__in=())))
        names = [c.name for c in beside.columns]
        for told in children.values_list(*beside.on, *names):
            owner, values = told[: len(beside.on)], told[len(beside.on) :]
            found.setdefault(owner, []).append(_ENCODER.encode(_plain(beside.columns, values)))
        for lines in found.values():
            lines.sort()
        return found


def _fits(kept: Kept, kind: str) -> bool:
    before, _, _, _ = next(iter(Formatter().parse(kept.kind)))
    return kind.startswith(before)


def _digest(held: Mapping[str, Any]) -> str:
    return hashlib.sha256(_ENCODER.encode(held).encode()).hexdigest()


KEPT: dict[str, Kept] = {}
_BY_MODEL: dict[type[models.Model], Kept] = {}
EXCUSED: dict[type[models.Model], str] = {}
CHECKS: list[Callable[[], Iterable["Fault"]]] = []


@dataclass(frozen=True)
class Fault:
    """A record that is not what the ledger says of it."""

    kind: str
    key: str
    words: Said

    def __str__(self) -> str:
        return f"{self.kind} {self.key}：{self.words}"


def holds(kind: str, *, unkept: Sequence[str] = ()) -> Callable[[M], M]:
    """Say that the rows of a model are proved by entries about this kind of subject.

    Args:
        unkept: Columns that change without an entry: what is made of others, counts, and when
            something was last looked at.
    """

    def keep(model: M) -> M:
        made = Kept(kind, model, frozenset(unkept))
        KEPT[kind] = _BY_MODEL[model] = made
        return model

    return keep


def beside(
    owner: type[models.Model],
    on: Mapping[str, str],
    *,
    unkept: Sequence[str] = (),
    only: Mapping[str, Any] = MappingProxyType({}),
) -> Callable[[M], M]:
    """Say that rows of a model belong to a record of another: its digest covers them.

    Args:
        on: Their column → the record's, in which both agree.
        only: Which of the rows count; the others say nothing that holds.
    """

    def keep(model: M) -> M:
        _BY_MODEL[owner].beside.append(Beside(model, dict(on), frozenset(unkept), only))
        return model

    return keep


def excused(why: str) -> Callable[[M], M]:
    """Say why the rows of a model need no proof."""

    def keep(model: M) -> M:
        EXCUSED[model] = why
        return model

    return keep


def checked(look: Callable[[], Iterable[Fault]]) -> Callable[[], Iterable[Fault]]:
    """Have something else looked at whenever the ledger is proved: what is made of records and
    counted by.
    """
    CHECKS.append(look)
    return look


def kept_of(model: type[models.Model]) -> Kept | None:
    """How a model's rows are proved; None when they are not."""
    concrete = model._meta.concrete_model
    return _BY_MODEL.get(concrete) if concrete else None


def owner_of(model: type[models.Model]) -> tuple[Kept, Beside] | None:
    """Whose digest covers the rows of a model that belong to another."""
    return next(((k, b) for k in KEPT.values() for b in k.beside if b.model is model), None)


def kept_as(subject_kind: str) -> Kept | None:
    """Which records are the subjects of this kind of entries; None: no rows of ours."""
    if found := KEPT.get(subject_kind):
        return found
    return next((k for k in KEPT.values() if k.named_by and k.is_subject(subject_kind)), None)


def of(thing: models.Model) -> str | None:
    """The digest of a record that was just read or written; None where none is kept."""
    kept = kept_of(type(thing))
    return kept.held_by([thing])[0] if kept else None


def of_many(things: Sequence[models.Model]) -> list[str | None]:
    """The digests of many records of one model."""
    kept = kept_of(type(things[0])) if things else None
    return list(kept.held_by(things)) if kept else [None] * len(things)


def of_subjects(subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The digests of records, read from their rows, by (subject kind, key); GONE where there is no
    row, nothing where no row is kept.
    """
    wanted: dict[str, list[str]] = {}
    for kind, key in set(subjects):
        wanted.setdefault(kind, []).append(key)
    found: dict[tuple[str, str], str] = {}
    for kind, keys in wanted.items():
        if kept := kept_as(kind):
            rows = kept.in_database(keys)
            found |= {(kind, k): rows[k][1] if k in rows else GONE for k in keys}
    return found
