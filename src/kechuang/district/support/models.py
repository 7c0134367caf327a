from django.db import models

from kechuang.district.core.held import holds
from kechuang.district.core.models import Stated


@holds("support.change")
class PolicyChange(Stated):
    """A parameter of a policy said otherwise from a day on: proposed by one person with its
    document, approved by another.
    """

    policy = models.CharField(max_length=60)
    parameter = models.CharField(max_length=80)
    day = models.DateField()
    value = models.TextField()  # as the book writes it
    was = models.TextField(blank=True)
    clause = models.CharField(max_length=200)
    source = models.CharField(
        max_length=20, blank=True
    )  # a code of the book, or "" for the document below
    document = models.CharField(max_length=200, blank=True)
    issuer = models.CharField(max_length=120, blank=True)
    issued_on = models.DateField(null=True)
    url = models.URLField(max_length=400, blank=True)
    note = models.TextField(blank=True)
    effects = models.JSONField(
        default=list
    )  # one a result: rule, unit, before, after, gain and lose (firms)
    written = models.JSONField(default=dict)  # path → lines that were added
    version_written = models.PositiveIntegerField(null=True)  # of the book that holds it first
    proposed_by = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.parameter} 自 {self.day} 起 {self.value[:40]}"
