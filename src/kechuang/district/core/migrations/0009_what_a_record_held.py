"""Each entry carries the digest of what its record held. The ledger's guard stands aside while its
table is altered, and stands again afterwards.
"""

from importlib import import_module

from django.db import migrations, models

guard = import_module("kechuang.district.core.migrations.0002_ledger_is_append_only")


class Migration(migrations.Migration):
    dependencies = [("core", "0008_how_a_sheet_was_read")]
    operations = [
        migrations.RunPython(guard.unguard, guard.guard),
        migrations.AddField("entry", "form", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("entry", "held", models.CharField(max_length=64, blank=True, default=""), preserve_default=False),
        migrations.RunPython(guard.guard, guard.unguard),
    ]
