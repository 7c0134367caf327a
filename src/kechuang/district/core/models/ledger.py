"""The ledger, its deliveries to reactions, and the beats of scheduled work."""

from django.db import models

from kechuang.district.core.held import excused


@excused("proved by its chain")
class Entry(models.Model):
    """One line of the ledger.

    The database itself refuses to change or delete it (see migrations). ``held`` is the digest of
    what the record held after the step, "gone" where it is no more, "" of what is no record.
    ``form`` says how the hash is made: 2 over the hash before and the digest of the content, 1 (of
    old) over all of it at once, without ``held``.
    """

    at = models.DateTimeField()
    day = models.DateField(db_index=True)
    kind = models.CharField(max_length=60, db_index=True)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    label = models.CharField(max_length=320)
    actor_id = models.BigIntegerField()
    actor_label = models.CharField(max_length=160)
    old_state = models.CharField(max_length=24, blank=True)
    new_state = models.CharField(max_length=24, blank=True)
    why = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    key = models.CharField(max_length=120, null=True, unique=True)
    form = models.PositiveSmallIntegerField(default=1)
    held = models.CharField(max_length=64, blank=True)
    before = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.label}"


@excused("how far the worker is: it says nothing of a record")
class Delivery(models.Model):
    """An entry on its way to a reaction: pending, done or stuck (after too many tries)."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="deliveries")
    reaction = models.CharField(max_length=120)
    state = models.CharField(max_length=10, default="pending")
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    lease = models.CharField(max_length=120, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "reaction"], name="once_per_reaction")
        ]
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.reaction} ← {self.entry_id} {self.state}"


@excused("the worker's clock")
class Beat(models.Model):
    """When a scheduled piece of work last began, so that it is done once by however many workers."""

    name = models.CharField(max_length=120, primary_key=True)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


@excused("keys of forms, dropped after a month")
class Sent(models.Model):
    """The key of an act that was done, and where its answer led."""

    key = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField(db_index=True)
    address = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.key
