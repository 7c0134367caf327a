from django.db import models

from kechuang.district.accounts.models import Organisation
from kechuang.district.core.models import Stated

RUNGS = [
    ("sme", "科技型中小企业"), ("high_tech", "国家高新技术企业"), ("young_eagle", "雏鹰企业"),
    ("gazelle", "瞪羚企业"), ("leading", "科技领军（培育）企业"),
]  # fmt: skip


class Firm(models.Model):
    """What the district knows of an enterprise beside its name and code."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    town = models.CharField(max_length=60, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    founded_on = models.DateField(null=True)
    staff = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return self.organisation.name


class Recognition(Stated):
    """A rung that a firm stands on: a certificate or an entry in the register, with its days."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="recognitions")
    rung = models.CharField(max_length=16, choices=RUNGS)
    number = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        ordering = ["-valid_from", "id"]
        indexes = [models.Index(fields=["rung", "valid_from"])]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.firm.organisation.name} · {self.get_rung_display()}"


ESTABLISHMENT_KINDS = [
    ("facility", "重大科技基础设施"), ("platform", "重大创新平台"), ("special_project", "重大科技创新专项"),
    ("science_park", "大学科技园"),
]  # fmt: skip
LEVELS = [("national", "国家级"), ("municipal", "市级"), ("district", "区级")]


class Establishment(Stated):
    """Something approved once that a plan counts: a facility, a platform, a special project, a science park."""

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

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.name
