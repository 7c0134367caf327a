"""Records of the registers that a book declares: their fields as typed facts, indexed by field."""

from datetime import date
from typing import Any

from django.db import models

from kechuang.district.accounts.models import Organisation
from kechuang.district.core.held import excused, holds
from kechuang.district.core.models import Stated


@holds("registry.{register}", unkept=("search",))
class BookRecord(Stated):
    """A record of a declared register.

    ``facts`` holds its fields as plain values; ``facts_typed`` indexes them.
    """

    register = models.CharField(max_length=40, db_index=True)
    holder = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    search = models.TextField(editable=False)
    recorded_by = models.BigIntegerField(editable=False)
    written_by = models.JSONField(default=list, editable=False)
    examined_by = models.BigIntegerField(default=0, editable=False)
    sample = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["register", "state"])]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.register} {self.pk}"


@excused("made of the facts of its record, and compared with them")
class BookFact(models.Model):
    """One field of a record, in the column of its type, so that counts and rules can ask the
    database.
    """

    record = models.ForeignKey(BookRecord, on_delete=models.CASCADE, related_name="facts_typed")
    register = models.CharField(max_length=40)
    field = models.CharField(max_length=40)
    text = models.CharField(max_length=200, blank=True)
    number = models.BigIntegerField(null=True)
    day = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["register", "field", "text"]),
            models.Index(fields=["register", "field", "number"]),
            models.Index(fields=["register", "field", "day"]),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.field}"


def fact(name: str, *, is_day: bool, is_list: bool) -> property:
    """A field of a declared register as an attribute of its records."""

    def read(record: BookRecord) -> Any:
        value = record.facts.get(name)
        if is_day and value:
            return date.fromisoformat(value)
        return [] if is_list and value is None else value

    def write(record: BookRecord, value: Any) -> None:
        plain = value.isoformat() if isinstance(value, date) else value
        record.facts = {**record.facts, name: plain}

    return property(read, write)
