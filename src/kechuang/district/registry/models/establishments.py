"""Facilities, platforms, special projects, science parks."""

from django.db import models

from kechuang.district.accounts.models import Organisation
from kechuang.district.core.held import holds
from kechuang.district.core.models import Stated

ESTABLISHMENT_KINDS = [
    ("facility", "重大科技基础设施"),
    ("platform", "重大创新平台"),
    ("special_project", "重大科技创新专项"),
    ("science_park", "大学科技园"),
]
LEVELS = [("national", "国家级"), ("municipal", "市级"), ("district", "区级")]


@holds("registry.establishment")
class Establishment(Stated):
    """Something approved once that a plan counts: a facility, a platform, a special project, a
    science park.
    """

    kind = models.CharField(max_length=16, choices=ESTABLISHMENT_KINDS)
    level = models.CharField(max_length=10, choices=LEVELS)
    name = models.CharField(max_length=200)
    operator = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    number = models.CharField(max_length=80, blank=True)
    approved_on = models.DateField()
    ended_on = models.DateField(null=True)
    sample = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["-approved_on", "id"]
        indexes = [models.Index(fields=["kind", "approved_on"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("approved_on")),
                name="establishment_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.name
