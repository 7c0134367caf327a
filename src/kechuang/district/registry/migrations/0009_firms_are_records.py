from django.db import migrations, models


class Migration(migrations.Migration):
    """A firm is a record with a history like every other; those that are here are kept."""

    dependencies = [("registry", "0008_hands")]

    operations = [
        migrations.AddField(
            model_name="firm",
            name="state",
            field=models.CharField(db_index=True, default="kept", editable=False, max_length=24),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="firm",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="firm",
            name="changed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
