"""What an indicator was found to be, what others published, what bodies reported, and what was
closed.
"""

from django.db import models

from kechuang.district.core.books import current_book
from kechuang.district.core.held import beside, holds
from kechuang.district.core.models import Stated

COUNTING = [("ytd", "年初至今"), ("total", "累计"), ("year", "全年")]
OWN_OR_TO_DATE = [("own", "本期"), ("ytd", "年初至今")]
LIGHTS = {
    "reached": "已达到",
    "on_track": "正常",
    "at_risk": "有风险",
    "behind": "落后",
    "missed": "未达到",
    "unknown": "不能判断",
}
REPORTS = {"monthly": "月报", "quarterly": "季报", "brief": "领导一页通"}


@holds("plan.measurement")
class Measurement(models.Model):
    """What an indicator was found to be, once, by reckoning over our own records.

    Never changed afterwards.

    ``value`` is an exact decimal text in the indicator's unit; ``rows`` how many records it is
    the sum of.
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


def _titled(identity: str) -> str:
    found = current_book().indicators.get(identity)
    return found.title if found else identity


@holds("plan.bulletin")
class Bulletin(Stated):
    """A figure that somebody published or reported, as printed, with its source.

    Beside ours, never over it.
    """

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
        return f"{self.place} {_titled(self.indicator)} {self.as_of}: {self.value}"


@holds("plan.figure")
class ReportedFigure(Stated):
    """A figure that a body reports and another person confirms.

    A ratio keeps numerator and denominator.

    ``value``, ``numerator`` and ``denominator`` are exact decimal texts; ``evidence`` the digest
    of a private file.
    """

    indicator = models.CharField(max_length=60)
    place = models.CharField(max_length=60)
    period = models.CharField(max_length=10)  # 2025, 2026-10, 2026Q3
    as_of = models.DateField()
    value = models.CharField(max_length=40)
    # of a flow in a month or a quarter; where nobody said it, it was taken as the year's to date
    counting = models.CharField(max_length=8, choices=OWN_OR_TO_DATE, blank=True)
    numerator = models.CharField(max_length=40, blank=True)
    denominator = models.CharField(max_length=40, blank=True)
    evidence = models.CharField(max_length=64, blank=True)
    evidence_name = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    reported_by = models.BigIntegerField(editable=False)
    reporter = models.CharField(max_length=160)
    written_by = models.JSONField(default=list, editable=False)  # everybody who wrote into it

    class Meta:
        ordering = ["-as_of", "-id"]
        indexes = [models.Index(fields=["indicator", "place", "as_of"])]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.place} {_titled(self.indicator)} {self.period}: {self.value}"


@holds("plan.completeness")
class Completeness(Stated):
    """What a person says of our records: from a day on, until a day or still, they hold everything
    that an indicator measures; ``basis`` says how that is known.
    """

    indicator = models.CharField(max_length=60)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    basis = models.TextField()
    stated_by = models.CharField(max_length=160, editable=False)

    class Meta:
        ordering = ["-since", "-id"]
        indexes = [models.Index(fields=["indicator", "state"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="complete_until_after_since",
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{_titled(self.indicator)} {self.since} – {self.until or ''}".strip(" –")


@holds("plan.closing")
class Closing(Stated):
    """A period's figure as it was published: it stays.

    ``start`` is the first day that it counts, ``as_of`` the last; ``rows`` are [id, version,
    share of the value] of its records.
    """

    indicator = models.CharField(max_length=60)
    period = models.CharField(max_length=10)
    start = models.DateField(null=True)  # unknown of what was closed before it was kept
    as_of = models.DateField()
    value = models.CharField(max_length=40)
    count = models.PositiveIntegerField()
    rows = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    closed_by = models.CharField(max_length=160)

    class Meta:
        ordering = ["-as_of", "indicator"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "period"], name="one_closing_a_period")
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.indicator} {self.period}: {self.value}"


@beside(Closing, {"closing_id": "id"})
class Correction(models.Model):
    """What a closed figure would be today, written beside it with the reason. Never changed."""

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="corrections")
    value = models.CharField(max_length=40)
    count = models.PositiveIntegerField()
    why = models.TextField()
    by = models.CharField(max_length=160)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.closing_id}: {self.value}"
