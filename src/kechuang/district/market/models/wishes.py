"""What somebody would like of a record that another one offers or wants."""

from typing import ClassVar

from django.db import models

from kechuang.district.accounts.models import Organisation
from kechuang.district.core.held import holds
from kechuang.district.core.models import Stated

from .introductions import Introduction
from .listings import Achievement, Demand, Listing

WISHES = {"introduction": "请求介绍", "question": "提问", "follow": "关注"}


@holds("market.wish", unkept=("search",))
class Wish(Stated):
    """An organisation asks to be introduced, asks a question, or follows.

    It is about one achievement or one demand. Its owner learns of it through a broker alone.
    ``about`` is the number that was typed, ``title`` how the record was called then.
    """

    asker = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asked_by = models.BigIntegerField(editable=False)
    person = models.CharField(max_length=160, editable=False)
    asked_at = models.DateTimeField(editable=False)
    what = models.CharField(max_length=12, choices=list(WISHES.items()))
    about = models.CharField(max_length=40)
    title = models.CharField(max_length=300, editable=False)
    achievement = models.ForeignKey(
        Achievement, null=True, on_delete=models.PROTECT, related_name="+"
    )
    demand = models.ForeignKey(Demand, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    introduction = models.ForeignKey(
        Introduction, null=True, on_delete=models.PROTECT, related_name="+"
    )
    search = models.TextField(editable=False)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(achievement=None) ^ models.Q(demand=None),
                name="wish_about_one_record",
            ),
            models.UniqueConstraint(
                fields=["asker", "what", "about"],
                condition=models.Q(state="asked"),
                name="one_open_wish_an_organisation",
            ),
            models.UniqueConstraint(
                fields=["asker", "asked_by", "about"],
                condition=models.Q(state="following"),
                name="one_following_a_person",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Without the record's title: whoever reads this may not know the record any more."""
        return f"YX-{self.pk or 0:06d}"

    @property
    def subject(self) -> Listing | None:
        """The record that it is about; None for a number that names none."""
        return self.achievement or self.demand
