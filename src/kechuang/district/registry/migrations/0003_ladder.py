from django.db import migrations, models
import django.db.models.deletion

# What the rungs were called while they were an enumeration.
NAMES = {
    "sme": "科技型中小企业", "high_tech": "国家高新技术企业", "young_eagle": "雏鹰企业", "gazelle": "瞪羚企业", "leading": "科技领军（培育）企业",
}


def name_them(apps, schema_editor):
    recognitions = apps.get_model("registry", "Recognition").objects
    for rung, name in NAMES.items():
        recognitions.filter(rung=rung, name="").update(name=name)


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_establishments")]

    operations = [
        migrations.AddField("recognition", "name", models.CharField(max_length=60, default=""), preserve_default=False),
        migrations.AlterField("recognition", "rung", models.CharField(max_length=20)),
        migrations.RunPython(name_them, migrations.RunPython.noop),
    ]
