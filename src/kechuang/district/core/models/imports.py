"""Imports: a sheet, its rows, and pairs of records that a person must tell apart."""

from typing import Any

from django.db import models

from kechuang.district.core.held import excused, holds
from kechuang.engines.base.sayings import recalled

from .stated import Stated


@holds("core.import", unkept=("total", "seen", "headings"))
class ImportBatch(Stated):
    """One sheet on its way in: uploaded (→ asked → uploaded) → checked → confirmed → applied
    (→ undone), or refused.
    """

    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    actor_id = models.BigIntegerField()
    actor_label = models.CharField(max_length=160)
    options = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    total = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    headings = models.JSONField(default=list)
    reading = models.JSONField(default=dict)  # how it was read; what must be said first

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.name

    @property
    def refusal(self) -> str:
        """Why the sheet cannot be imported, as a sentence."""
        return recalled(self.problem)


@excused("a working copy of the sheet, which is kept by its digest; what became of it are records")
class ImportRow(models.Model):
    """One row of a sheet: its cells as they were, what they mean, what is wrong, what became of it.

    ``plan`` is create, update, same or wrong; ``written`` says that it stands in the records;
    ``fate`` is what an
    undo did: reversed, kept, failed.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    part = models.PositiveSmallIntegerField(default=0)  # the table of the workbook
    line = models.PositiveIntegerField()
    cells = models.JSONField()
    values = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    plan = models.CharField(max_length=10)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    written = models.BooleanField(default=False)
    fate = models.CharField(max_length=10, blank=True)
    fate_why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["part", "line"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "part", "line"], name="one_row_per_line")
        ]
        indexes = [models.Index(fields=["batch", "plan"])]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line}"

    @property
    def faults(self) -> list[dict[str, Any]]:
        """What is wrong with the row: place, column, heading, words, proposals."""
        return [{**p, "words": recalled(p["words"])} for p in self.problems]

    @property
    def remarks(self) -> list[str]:
        """What a person should know of the row, as sentences."""
        return [recalled(n) for n in self.notes]

    @property
    def fate_words(self) -> str:
        """Why an undo did what it did, as a sentence."""
        return recalled(self.fate_why)


@holds("core.memory")
class SheetMemory(models.Model):
    """What somebody's sheets with these headings were said to mean: question → answer."""

    issuer = models.CharField(max_length=60)
    kind = models.CharField(max_length=24)
    digest = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)
    told_by = models.CharField(max_length=160)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "kind", "digest"], name="one_memory_a_heading"
            )
        ]

    def __str__(self) -> str:
        return f"{self.issuer}:{self.kind}"


@holds("core.doubt")
class Doubt(models.Model):
    """Two records that may be one. Machines join by number only; this goes to a person."""

    kind = models.CharField(max_length=60)
    left_id = models.CharField(max_length=40)
    left_label = models.CharField(max_length=320)
    right_id = models.CharField(max_length=40)
    right_label = models.CharField(max_length=320)
    why = models.CharField(max_length=300)
    answer = models.CharField(
        max_length=10, blank=True, choices=[("same", "同一条"), ("different", "不是同一条")]
    )
    answered_by = models.CharField(max_length=160, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "left_id", "right_id"], name="one_doubt_a_pair")
        ]

    def __str__(self) -> str:
        return f"{self.left_label} ? {self.right_label}"
