"""Records with a state that only `advance()` may move."""

from typing import Any, Self

from django.db import models


class Stated(models.Model):
    """Base of everything with a workflow. A changed ``state`` is refused by save()."""

    state = models.CharField(max_length=24, editable=False, db_index=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)

    born = False  # set by the workflow's begin() alone

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, *args: Any, **kwargs: Any) -> Self:
        thing = super().from_db(db, field_names, values, *args, **kwargs)
        if "state" in field_names:
            thing._loaded_state = thing.state
        return thing

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            if not self.born:
                raise RuntimeError("A record with a workflow is created by begin(), not by save().")
        elif getattr(self, "_loaded_state", self.state) != self.state:
            raise RuntimeError("A state is moved by advance(), not by save().")
        super().save(*args, **kwargs)
        self._loaded_state = self.state
