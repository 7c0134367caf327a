"""A broker brings people together; each answers for himself."""

from django.db import models

from kechuang.district.core.held import holds
from kechuang.district.core.models import Stated

from .listings import Achievement, Demand

SIDES = [("firm", "需求方"), ("owner", "成果方")]
OUTCOMES = [("contract", "签了合同"), ("talking", "还在谈"), ("nothing", "没有结果")]


@holds("market.introduction")
class Introduction(Stated):
    """对接: one demand, one achievement, two or three persons by name."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="introductions")
    achievement = models.ForeignKey(
        Achievement, on_delete=models.PROTECT, related_name="introductions"
    )
    broker_id = models.BigIntegerField()
    broker_name = models.CharField(max_length=80)
    message = models.TextField()
    overruled = models.CharField(max_length=300, blank=True)
    reasons = models.JSONField(default=list)
    remind_after_days = models.JSONField(default=list)
    close_after_days = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True, choices=OUTCOMES)
    outcome_words = models.TextField(blank=True)
    outcome_asked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "achievement"],
                condition=models.Q(state__in=("open", "agreed")),
                name="one_open_introduction_a_pair",
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"对接 {self.pk}"


@holds("market.invitation")
class Invitation(Stated):
    """One person asked. The link in their own letter is all that is needed to answer, once."""

    introduction = models.ForeignKey(
        Introduction, on_delete=models.PROTECT, related_name="invitations"
    )
    side = models.CharField(max_length=6, choices=SIDES)
    name = models.CharField(max_length=80)
    email = models.EmailField()
    words = models.TextField(blank=True)
    reply = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField()
    reminded = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"对接 {self.introduction_id} · {self.name}"
