"""Several questions to the database in one query.

A page asks many small things of many tables: what waits in each register, how many there are.
Each would be a journey of its own to the database. ``together`` sends them as one statement, each
question as a common table whose rows come back as JSON, and hands every queryset its own rows:
records, converters, joins and prefetching stay Django's. What a question may see is in its
queryset, as ever.
"""

import json
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet, Value

_WIDTH = 90  # neither database lets a function have more than a hundred arguments
_UNFIT = (models.DecimalField, models.FloatField, models.BinaryField, models.DurationField)


@dataclass(frozen=True)
class Count:
    """How many rows a queryset has, as a question of its own."""

    found: QuerySet[Any]


Question = QuerySet[Any] | Count
R = TypeVar("R")
Asking = Generator[
    Sequence[Question], list[Any], R
]  # asks once, and makes something of the answers


def together(*asked: Question) -> list[Any]:
    """The answers, in the order of the questions: a list of what the queryset would give, or a
    number for a Count.

    Raises:
        TypeError: A column that JSON does not carry unharmed.
    """
    held = [_Sent(question, place) for place, question in enumerate(asked)]
    sent = [one for one in held if one.sql]
    texts: Sequence[Any] = ()
    if sent:
        tables = ", ".join(f"{one.name} AS ({one.sql})" for one in sent)
        answers = ", ".join(one.answer for one in sent)
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH {tables} SELECT {answers}", [p for one in sent for p in one.params]
            )
            texts = cursor.fetchone() or ()
    given = dict(zip((one.name for one in sent), texts, strict=True))
    return [one.made(given.get(one.name)) for one in held]


def answered(askings: Iterable[Asking[R]]) -> list[R]:
    """What each asking makes of its answers; all their questions go in one query.

    An asking is a generator that yields its questions once and is handed their answers.
    """
    running = list(askings)
    made: dict[int, R] = {}
    waiting: list[tuple[int, Asking[R], Sequence[Question]]] = []
    for place, asking in enumerate(running):
        try:
            waiting.append((place, asking, next(asking)))
        except StopIteration as ended:  # it had nothing to ask
            made[place] = ended.value
    answers = iter(together(*(q for _, _, questions in waiting for q in questions)))
    for place, asking, questions in waiting:
        try:
            asking.send([next(answers) for _ in questions])
        except StopIteration as ended:
            made[place] = ended.value
        else:
            raise RuntimeError("an asking asks once")
    return [made[place] for place in range(len(running))]


def whole(found: QuerySet[Any], **sums: Any) -> QuerySet[Any]:
    """What is summed up over all rows as a question: one row, or none where there is nothing to
    look at.
    """
    summed = found.order_by().values_list(Value(1)).annotate(**sums)
    named: QuerySet[Any] = summed.values_list(*sums)
    return named


class _Sent:
    """A question as it is sent."""

    def __init__(self, question: Question, place: int) -> None:
        self.name, self.counts = f"asked{place}", isinstance(question, Count)
        if isinstance(question, Count):
            found = question.found.all()
            found = found if found.query.is_sliced else found.order_by()
            self.found = found.values_list("pk")
        else:
            self.found = question.all()
        self.compiler: Any = self.found.query.get_compiler(using=connection.alias)
        try:
            self.sql, self.params = self.compiler.as_sql(with_col_aliases=True)
        except EmptyResultSet:  # none(): nothing to ask
            self.sql, self.params = "", ()

    @property
    def fields(self) -> list[tuple[str, Any]]:
        """(name in the common table, what it holds) of every column."""
        quoted = connection.ops.quote_name
        return [(quoted(name), held.output_field) for held, _, name in self.compiler.select]

    @property
    def answer(self) -> str:
        """The expression that answers: a number, or the rows as JSON."""
        if self.counts:
            return f"(SELECT COUNT(*) FROM {self.name})"  # noqa: S608 - our own name
        on_sqlite = connection.vendor == "sqlite"
        row, rows = (
            ("json_array", "json_group_array") if on_sqlite else ("json_build_array", "json_agg")
        )
        columns = [self._column(name, kept, on_sqlite) for name, kept in self.fields]
        parts = [columns[n : n + _WIDTH] for n in range(0, len(columns), _WIDTH)]
        nested = ", ".join(f"{row}({', '.join(part)})" for part in parts)
        text = "" if on_sqlite else "::text"
        return f"(SELECT {rows}({row}({nested})){text} FROM {self.name})"  # noqa: S608 - our own names

    @staticmethod
    def _column(name: str, kept: Any, on_sqlite: bool) -> str:
        if isinstance(kept, _UNFIT):
            raise TypeError(f"{kept} does not pass through JSON unharmed")
        # PostgreSQL would lay a JSON column into ours; Django reads it from its text
        as_text = isinstance(kept, models.JSONField) and not on_sqlite
        return f"{name}::text" if as_text else name

    def made(self, text: Any) -> Any:
        """What the queryset gives, from the rows that came."""
        if self.counts:
            return int(text or 0)
        if not self.sql:
            return []
        read = [_READ.get(_kind(kept)) for _, kept in self.fields]
        rows = [_row(parts, read) for parts in json.loads(text or "[]")]
        # the compiler stands primed: it need not ask, only hand over what came
        self.compiler.execute_sql = lambda *args, **options: [rows]
        query: Any = self.found.query
        query.get_compiler = lambda *args, **options: self.compiler
        return list(self.found)


def _kind(kept: Any) -> str:
    return "" if connection.vendor == "sqlite" else str(kept.get_internal_type())


# what PostgreSQL's driver hands over as days; SQLite keeps texts, and Django reads them
_READ: dict[str, Callable[[str], Any]] = {
    "DateField": date.fromisoformat,
    "DateTimeField": datetime.fromisoformat,
}


def _row(parts: Sequence[Sequence[Any]], read: Sequence[Callable[[str], Any] | None]) -> Any:
    plain = [value for part in parts for value in part]
    return tuple(
        value if way is None or value is None else way(value)
        for value, way in zip(plain, read, strict=True)
    )
