"""What the regulator's summary starts from: executions called unauthorized now, decisions by when they were recorded,
and the unit that some row of an account states for a security."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_unauthorized_index")]
    operations = [
        migrations.RemoveIndex("attribution", "ledger_attribution_suspect"),
        migrations.AddIndex(
            "attribution", BrinIndex(fields=["recorded_at"], autosummarize=True, name="ledger_attribution_recorded")
        ),
        migrations.AddIndex(
            "execution",
            models.Index(
                fields=["account"], condition=models.Q(attribution="unauthorized"), name="ledger_execution_suspect"
            ),
        ),
        migrations.AddIndex(
            "execution",
            models.Index(
                fields=["account", "security", "unit"],
                condition=models.Q(unit__isnull=False),
                name="ledger_execution_unit",
            ),
        ),
    ]
