"""Many rows at once: numbers reserved beforehand, inserted and updated in one statement each, on both databases."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import Model

_PART = 500


def reserve(model: type[Model], count: int) -> list[int]:
    """Primary keys that nobody else will get. Under the ledger's lock (on SQLite the only writer)."""
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


def insert(things: Sequence[Model]) -> None:
    """Insert new rows; those without a key get theirs from the database and do not learn it."""
    if not things:
        return
    model = type(things[0])
    fields = [
        f for f in model._meta.concrete_fields if things[0].pk is not None or not f.primary_key
    ]
    columns = ", ".join(connection.ops.quote_name(f.column) for f in fields)
    holes = ", ".join(["%s"] * len(fields))
    rows = [tuple(_stored(f, getattr(t, f.attname)) for f in fields) for t in things]
    table = connection.ops.quote_name(model._meta.db_table)
    _many(f"INSERT INTO {table} ({columns}) VALUES ({holes})", rows)  # noqa: S608 - names of the house's own tables


def update(
    model: type[Model], names: Sequence[str], rows: Iterable[tuple[Any, Sequence[Any]]]
) -> None:
    """Write some fields of many rows: ``rows`` are (primary key, values in the order of names)."""
    fields = [model._meta.get_field(n) for n in names]
    sets = ", ".join(f"{connection.ops.quote_name(f.column)} = %s" for f in fields)
    table, key = (connection.ops.quote_name(n) for n in (model._meta.db_table, _key(model).column))
    made = [
        (*(_stored(f, v) for f, v in zip(fields, values, strict=True)), pk) for pk, values in rows
    ]
    if made:
        _many(f"UPDATE {table} SET {sets} WHERE {key} = %s", made)  # noqa: S608 - names of the house's own tables


def _key(model: type[Model]) -> Any:
    return model._meta.pk


def _stored(field: Any, value: Any) -> Any:
    if isinstance(value, Model):
        value = value.pk
    return field.get_db_prep_save(value, connection)


def _many(statement: str, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _PART):
            cursor.executemany(statement, rows[start : start + _PART])
