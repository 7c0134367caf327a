from django.db import models

from kechuang.district.core.held import excused


@excused("reckoned from a text at any time")
class TextVector(models.Model):
    """The vector of a text, named by the text's digest and the model; shared by equal texts."""

    digest = models.CharField(max_length=64)
    model = models.CharField(max_length=80)
    vector = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "model"], name="one_vector_a_text")
        ]

    def __str__(self) -> str:
        return self.digest
