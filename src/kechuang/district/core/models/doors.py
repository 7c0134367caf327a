"""How often somebody came through a door that costs work."""

from django.db import models

from kechuang.district.core.held import excused


@excused("counts of visits, dropped when their time is over")
class Knock(models.Model):
    """How many came in a stretch of time: one row a door, a caller and a stretch.

    ``who`` is a digest: no address of a visitor is kept.
    """

    door = models.CharField(max_length=20)
    who = models.CharField(max_length=32)
    stretch = models.BigIntegerField()  # which stretch of the door's length since 1970
    ends_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["door", "who", "stretch"], name="one_count_a_stretch")
        ]

    def __str__(self) -> str:
        return f"{self.door} {self.count}"
