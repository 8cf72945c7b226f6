"""What the regulator's summary starts from: executions that were ever called unauthorized."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.AddIndex(
            "attribution",
            models.Index(
                fields=["execution"], condition=models.Q(value="unauthorized"), name="ledger_attribution_suspect"
            ),
        )
    ]
