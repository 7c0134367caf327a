"""Many rows at once: numbers reserved beforehand, inserted and updated in one statement each, on
both databases.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.functions import Cast
from pydantic_core import from_json, to_json

_PART = 500


def reserve(model: type[Model], count: int) -> list[int]:
    """Primary keys that nobody else will get.

    Under the ledger's lock (on SQLite the only writer).
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [f'"{table}"', _key(model).column, count],
            )
            return sorted(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    last = row[0] if row else model._default_manager.aggregate(n=models.Max("pk"))["n"] or 0
    return list(range(last + 1, last + count + 1))


M = TypeVar("M", bound=Model)
_BLANKS: dict[type[Model], tuple[dict[str, Any], tuple[str, ...]]] = {}


def new(model: type[M], **values: Any) -> M:
    """A new instance with its defaults, without what Django does to make one: ten times as fast,
    for many rows.
    """
    if model not in _BLANKS:
        held = {n: v for n, v in model().__dict__.items() if n != "_state"}
        _BLANKS[model] = held, tuple(n for n, v in held.items() if isinstance(v, (list, dict)))
    blank, of_their_own = _BLANKS[model]
    made = model.__new__(model)
    held = made.__dict__
    held.update(blank)
    for name in of_their_own:
        held[name] = blank[name].copy()
    held.update(values)
    made._state = ModelState()
    return made


@models.ForeignObject.register_lookup  # which does not look where a field does
@models.Field.register_lookup
class Among(models.Lookup):
    """``field__among=values``: as ``in``, for many values. They go to the database as one list; of
    ``in`` Django prepares each value by itself.
    """

    lookup_name = "among"

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        named, params = self.process_lhs(compiler, connection)
        listed = "(SELECT value FROM json_each(%s))"
        return f"{named} IN {listed}", [*params, to_json(self.rhs).decode()]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        named, params = self.process_lhs(compiler, connection)
        return f"{named} = ANY(%s)", [*params, self.rhs]


def among(path: str, values: Collection[Any]) -> dict[str, Any]:
    """What to filter by so that a field is one of many values; inside of JSON only ``in`` knows how."""
    return {f"{path}__in" if "__" in path else f"{path}__among": values}


def insert(things: Sequence[Model]) -> None:
    """Insert new rows; those without a key get theirs from the database and do not learn it."""
    if not things:
        return
    model, keyed = type(things[0]), things[0].pk is not None
    names = [f.attname for f in model._meta.concrete_fields if keyed or not f.primary_key]
    insert_columns(model, {n: list(map(attrgetter(n), things)) for n in names})


def insert_columns(model: type[Model], columns: Mapping[str, Sequence[Any]]) -> None:
    """Insert rows given as attribute → its value in each row, without an instance for each; what
    is left out has its default.
    """
    count = len(next(iter(columns.values())))
    left = [f for f in model._meta.concrete_fields if f.attname not in columns if not f.primary_key]
    columns = {**columns, **{f.attname: [f.get_default()] * count for f in left}}
    fields = _fields(model, columns)
    named = ", ".join(connection.ops.quote_name(f.column) for f in fields)
    holes = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(model._meta.db_table)
    made = [_stored(f, column) for f, column in zip(fields, columns.values(), strict=True)]
    _many(f"INSERT INTO {table} ({named}) VALUES ({holes})", list(zip(*made, strict=True)))  # noqa: S608 - names of the house's own tables


def update(
    model: type[Model], names: Sequence[str], rows: Iterable[tuple[Any, Sequence[Any]]]
) -> None:
    """Write some fields of many rows: ``rows`` are (primary key, values in the order of names)."""
    held = list(rows)
    if not held:
        return
    fields = _fields(model, names)
    sets = ", ".join(f"{connection.ops.quote_name(f.column)} = %s" for f in fields)
    table, key = (connection.ops.quote_name(n) for n in (model._meta.db_table, _key(model).column))
    columns = zip(*(values for _, values in held), strict=True)
    made = [_stored(f, column) for f, column in zip(fields, columns, strict=True)]
    made.append([pk for pk, _ in held])
    _many(f"UPDATE {table} SET {sets} WHERE {key} = %s", list(zip(*made, strict=True)))  # noqa: S608 - names of the house's own tables


def read(rows: QuerySet[Any], names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Some fields of rows, without an instance for each."""
    fields = dict(zip(names, _fields(rows.model, names), strict=True))
    texts = {n: f"{n}_as_text" for n, f in fields.items() if isinstance(f, models.JSONField)}
    told = rows.annotate(**{text: Cast(n, models.TextField()) for n, text in texts.items()})
    found = list(told.values_list(*(texts.get(n, n) for n in names)))
    columns = zip(*found, strict=True)
    made = [map(from_json, c) if n in texts else c for n, c in zip(names, columns, strict=False)]
    return zip(*made, strict=True)


def _key(model: type[Model]) -> Any:
    return model._meta.pk


def _fields(model: type[Model], names: Iterable[str]) -> list[Any]:
    return [model._meta.get_field(n) for n in names]


_AS_IT_IS = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)


def _stored(field: Any, values: Sequence[Any]) -> Sequence[Any]:
    """Values of a field as the database takes them: most as they are, equal days and moments
    prepared once.
    """
    if isinstance(field, models.ForeignKey):
        return [v.pk if isinstance(v, Model) else v for v in values]
    if isinstance(field, _AS_IT_IS):
        return values
    if isinstance(field, models.JSONField):
        return [None if v is None else to_json(v).decode() for v in values]
    prepared = {v: field.get_db_prep_save(v, connection) for v in set(values)}
    return [prepared[v] for v in values]


def _many(statement: str, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _PART):
            cursor.executemany(statement, rows[start : start + _PART])
