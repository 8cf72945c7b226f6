"""An edition stays as it was published."""

from django.db import migrations

from casetrack.lib.rls import append_only


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("audit", "0002_hash_chain")]
    operations = [append_only("reports_summaryedition")]
