from django.db import models
from django.db.models import F, Q

from kechuang.district.accounts.models import Organisation
from kechuang.district.core.held import holds
from kechuang.district.core.models import Stated
from kechuang.district.market.models import Introduction

CONTRACT_KINDS = [
    ("development", "技术开发"),
    ("transfer", "技术转让"),
    ("licence", "技术许可"),
    ("consulting", "技术咨询"),
    ("service", "技术服务"),
]


@holds("transfer.contract", unkept=("search",))
class Contract(Stated):
    """A technology contract.

    ``amount_fen`` is 合同成交额; ``technology_fen`` the part that is 技术交易额.
    """

    number = models.CharField(max_length=60, unique=True, null=True, blank=True)
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=12, choices=CONTRACT_KINDS)
    seller = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    technology_fen = models.BigIntegerField(null=True, blank=True)
    signed_on = models.DateField()
    registered_on = models.DateField(null=True, blank=True, db_index=True)
    introduction = models.OneToOneField(
        Introduction, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_by = models.BigIntegerField(editable=False)
    sample = models.BooleanField(default=False, editable=False)
    search = models.TextField(editable=False)

    class Meta:
        ordering = ["-signed_on", "-id"]
        indexes = [
            models.Index(fields=["-signed_on", "-id"], name="contract_last_signed_first"),
            models.Index(fields=["state", "registered_on"], name="contract_by_registration"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="contract_not_negative"),
            models.CheckConstraint(
                condition=Q(technology_fen=None)
                | Q(technology_fen__gte=0, technology_fen__lte=F("amount_fen")),
                name="contract_technology_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(registered_on=None) | Q(registered_on__gte=F("signed_on")),
                name="contract_signed_before_registered",
            ),
            models.CheckConstraint(
                condition=~Q(state="registered")
                | Q(registered_on__isnull=False, number__isnull=False),
                name="contract_registered_with_number_and_day",
            ),
            models.CheckConstraint(condition=~Q(seller=F("buyer")), name="contract_of_two_parties"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.name
