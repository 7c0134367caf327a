"""Firms, the rungs they stand on, what they report each year, what they apply for."""

from django.db import models

from kechuang.district.accounts.models import Organisation
from kechuang.district.core.held import holds
from kechuang.district.core.models import Stated

SOURCES = {
    "self": "企业自填",
    "told": "代填（企业告知）",
    "certificate": "证书或公告",
    "audit": "审计报告",
    "tax": "税务数据",
    "list": "名单导入",
}


@holds("registry.firm")
class Firm(Stated):
    """What the district knows of an enterprise beside its name and code."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    town = models.CharField(max_length=60, blank=True)
    park = models.CharField(max_length=80, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    founded_on = models.DateField(null=True)
    staff = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return self.organisation.name

    @property
    def label(self) -> str:
        return self.organisation.name


@holds("registry.recognition")
class Recognition(Stated):
    """A rung that a firm stands on: a certificate or an entry in the register, with its days."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="recognitions")
    rung = models.CharField(max_length=20)  # of the book's ladder
    name = models.CharField(max_length=60)  # as it was called when it was given
    number = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        ordering = ["-valid_from", "id"]
        indexes = [
            models.Index(fields=["rung", "valid_from"]),
            models.Index(fields=["-valid_from", "-id"], name="recognition_last_first"),
            models.Index(fields=["valid_until"], name="recognition_by_its_end"),
            models.Index(fields=["firm", "rung", "valid_from"], name="recognition_of_a_firm"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until=None)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="recognition_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.firm.organisation.name} · {self.name}"


@holds("registry.year")
class FirmYear(Stated):
    """What a firm says of one year.

    ``facts``: name → {"v": as a person writes it, "s": source}; ``answers``: ask → what was said
    to it.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField()
    facts = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)

    class Meta:
        ordering = ["-year"]
        indexes = [models.Index(fields=["state", "changed_at"], name="year_longest_waiting_first")]
        constraints = [
            models.UniqueConstraint(fields=["firm", "year"], name="one_return_a_firm_and_year")
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.firm.organisation.name} {self.year} 年报"


@holds("registry.application")
class Application(Stated):
    """A firm on its way to a rung: the district recommends it, or decides where the rung is its
    own.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="applications")
    rung = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    reckoned = models.JSONField(default=dict)  # verdict, failing and missing when it was handed in
    recommended_by = models.BigIntegerField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-changed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "rung"],
                condition=models.Q(state__in=("applied", "returned", "recommended")),
                name="one_open_application_a_rung",
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.firm.organisation.name} 申报{self.name}"
