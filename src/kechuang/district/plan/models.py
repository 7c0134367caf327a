from django.db import models

from kechuang.district.core.models import Stated

COUNTING = [("ytd", "年初至今"), ("total", "累计"), ("year", "全年")]


class Measurement(models.Model):
    """What an indicator was found to be, once, by reckoning over our own records. Never changed afterwards.

    ``value`` is an exact decimal text in the indicator's unit; ``rows`` how many records it is the sum of.
    """

    indicator = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    as_of = models.DateField()
    value = models.CharField(max_length=40)
    rows = models.PositiveIntegerField()
    how = models.CharField(max_length=12, default="computed")
    measured_at = models.DateTimeField()
    entry_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["indicator", "year"])]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}: {self.value}"


class Bulletin(Stated):
    """A figure that somebody published or reported, as printed, with its source. Beside ours, never over it."""

    indicator = models.CharField(max_length=60)
    place = models.CharField(max_length=60)
    as_of = models.DateField()
    value = models.CharField(max_length=40)
    counting = models.CharField(max_length=8, choices=COUNTING, blank=True)
    source = models.CharField(max_length=300)
    reported_by = models.CharField(max_length=160)

    class Meta:
        ordering = ["-as_of", "id"]
        indexes = [models.Index(fields=["indicator", "place", "as_of"])]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.place} {self.indicator} {self.as_of}: {self.value}"
