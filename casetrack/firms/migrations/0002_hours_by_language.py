"""Hours of the emergency telephone by language. Until now one text held both, as in "24時間 / 24 hours"."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def split(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    firms = apps.get_model("firms", "Firm").objects.using(editor.connection.alias)
    for firm in firms.exclude(emergency_hours_ja=""):
        japanese, mark, english = firm.emergency_hours_ja.partition(" / ")
        firm.emergency_hours_ja, firm.emergency_hours_en = japanese, english if mark else japanese
        firm.save(update_fields=["emergency_hours_ja", "emergency_hours_en"])


class Migration(migrations.Migration):
    dependencies = [("firms", "0001_initial")]

    operations = [
        migrations.RenameField("firm", "emergency_hours", "emergency_hours_ja"),
        migrations.AddField("firm", "emergency_hours_en", models.CharField(max_length=120, blank=True, default="")),
        migrations.AlterField("firm", "emergency_hours_en", models.CharField(max_length=120, blank=True)),
        migrations.RunPython(split, migrations.RunPython.noop, elidable=True),
    ]
