"""What is offered and what is wanted."""

from typing import ClassVar

from django.db import models

from kechuang.district.accounts.models import Organisation
from kechuang.district.core.held import holds
from kechuang.district.core.models import Stated

CONFIDENTIALITY = [("open", "公开"), ("nameless", "隐去企业名称"), ("brokers", "仅技术经理人")]
LISTING_STATES = {
    "draft": "草稿",
    "submitted": "待审核",
    "checked": "待发布",
    "paused": "暂停",
    "published": "已发布",
    "closed": "已关闭",
    "retracted": "已撤销导入",
}


class Listing(Stated):
    """What achievements and demands have in common. ``search`` is normalised text for the lists."""

    prefix: ClassVar[str] = ""

    reference = models.CharField(max_length=40, unique=True, null=True)
    title = models.CharField(max_length=300)
    keywords = models.JSONField(default=list, blank=True)
    field = models.CharField(max_length=60, blank=True)
    area = models.CharField(max_length=60, blank=True, db_index=True)
    trl = models.PositiveSmallIntegerField(null=True, blank=True)
    modes = models.JSONField(default=list, blank=True)
    owner = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_by = models.BigIntegerField(editable=False)
    submitted_by = models.BigIntegerField(null=True, editable=False)
    checked_by = models.BigIntegerField(null=True, editable=False)
    written_by = models.JSONField(default=list, editable=False)  # who wrote since the last check
    created_at = models.DateTimeField(editable=False)
    published_on = models.DateField(null=True, editable=False)
    sample = models.BooleanField(default=False, editable=False)
    search = models.TextField(editable=False)
    digest = models.CharField(max_length=64, editable=False, db_index=True)

    class Meta:
        abstract = True
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        return self.title

    @property
    def state_label(self) -> str:
        return LISTING_STATES[self.state]

    @property
    def whole_text(self) -> str:
        raise NotImplementedError


@holds("market.achievement", unkept=("search", "digest"))
class Achievement(Listing):
    """A research result on offer."""

    prefix = "CG"

    summary = models.TextField()
    price_fen = models.BigIntegerField(null=True, blank=True)
    people = models.JSONField(default=list, blank=True)
    patents = models.JSONField(default=list, blank=True)

    class Meta(Listing.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price_fen=None) | models.Q(price_fen__gte=0),
                name="achievement_price_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(trl=None) | models.Q(trl__range=(1, 9)), name="achievement_trl"
            ),
        ]

    @property
    def whole_text(self) -> str:
        return self.summary


@holds("market.demand", unkept=("search", "digest"))
class Demand(Listing):
    """What an enterprise wants.

    ``confidentiality`` decides who may know that it exists, and whose it is.
    """

    prefix = "XQ"

    problem = models.TextField()
    wanted = models.TextField(blank=True)
    tried = models.TextField(blank=True)
    budget_low_fen = models.BigIntegerField(null=True, blank=True)  # of a range
    budget_fen = models.BigIntegerField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    confidentiality = models.CharField(max_length=10, choices=CONFIDENTIALITY, default="open")

    class Meta(Listing.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(budget_fen=None) | models.Q(budget_fen__gte=0),
                name="demand_budget_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(budget_low_fen=None) | models.Q(budget_low_fen__gte=0),
                name="demand_low_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(trl=None) | models.Q(trl__range=(1, 9)), name="demand_trl"
            ),
        ]

    @property
    def whole_text(self) -> str:
        return "。".join(part for part in (self.problem, self.wanted, self.tried) if part)
