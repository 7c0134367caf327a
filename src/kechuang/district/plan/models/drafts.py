"""A plan on its way from a document into a book; a list of the city's beside ours."""

from django.db import models

from kechuang.district.core.held import holds
from kechuang.district.core.models import Stated

COMPARISONS = {"firms": "企业与认定名单", "contracts": "技术合同登记名单"}


@holds("plan.draft")
class PlanDraft(Stated):
    """A document read by machine, corrected by a person, saved as a book.

    ``text`` is the text as read.
    """

    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    text = models.TextField()
    read = models.JSONField()
    draft = models.JSONField()
    created_by = models.CharField(max_length=160)
    created_at = models.DateTimeField()
    book = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        return self.title or self.name


@holds("plan.comparison")
class Comparison(models.Model):
    """A list of the city's laid beside our records.

    ``options`` hold kind, rung, period, place; the piles are reckoned anew.
    """

    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    options = models.JSONField(default=dict)
    made_by = models.CharField(max_length=160)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
