"""Which achievements may answer which demands, as matching found it; and what people said of it."""

from django.db import models

from kechuang.district.core.held import excused, holds

from .listings import Achievement, Demand

STRENGTHS = {"strong": "很可能", "possible": "可以谈"}
VERDICTS = {"fits": "合适", "not": "不合适"}


@excused("reckoned from texts at any time; what people said of a pair stands in feedback")
class Fit(models.Model):
    """A pair that matching lists, since when; ``told_at``: when its owners were told of it."""

    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="fits")
    achievement = models.ForeignKey(Achievement, on_delete=models.CASCADE, related_name="fits")
    strength = models.CharField(max_length=10, choices=list(STRENGTHS.items()))
    found_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["demand", "achievement"], name="one_fit_a_pair")
        ]
        indexes = [models.Index(fields=["told_at"])]

    def __str__(self) -> str:
        return f"{self.demand} ↔ {self.achievement}"


@excused("says which text was looked at last; it can be looked at anew at any time")
class Looked(models.Model):
    """That the others were looked through for a record as its text was then."""

    kind = models.CharField(max_length=20)
    listing_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "listing_id"], name="one_look_a_record")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.listing_id}"


@holds("market.feedback")
class Feedback(models.Model):
    """What somebody of the centre says of a pair: it fits; or it does not, because."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="+")
    achievement = models.ForeignKey(Achievement, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=6, choices=list(VERDICTS.items()))
    why = models.CharField(max_length=300, blank=True)
    said_by = models.BigIntegerField()
    person = models.CharField(max_length=160)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["-said_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "achievement", "said_by"], name="one_word_a_person_and_pair"
            )
        ]

    def __str__(self) -> str:
        return f"{self.demand} ↔ {self.achievement}: {self.get_verdict_display()}"
