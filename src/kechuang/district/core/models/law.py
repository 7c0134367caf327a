"""The books as they were changed here, and which of them is in force: in the database, the same
for every machine.
"""

from django.db import models

from kechuang.district.core.held import excused, holds


@holds("core.lawtext")
class LawVersion(models.Model):
    """The whole text of the books at a version. Never changed afterwards.

    ``files`` maps a path below the books' folder to its text; ``made_from`` is the shipped
    version it grew from.
    """

    digest = models.CharField(max_length=64, unique=True)
    how = models.CharField(max_length=8)  # shipped, changed or merged
    files = models.JSONField()
    made_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=160)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.how} {self.digest[:8]}"


@excused("compared with the last entry that put a version in force")
class LawInForce(models.Model):
    """Which version holds, since when, by whom.

    One row at most; without it the shipped books hold.
    """

    version = models.ForeignKey(LawVersion, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    by = models.CharField(max_length=160)
    why = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.version_id} {self.since}"
