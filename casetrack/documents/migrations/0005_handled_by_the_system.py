"""Which acts have their documents is the drain's to know, and to say."""

from django.db import migrations

from casetrack.lib.rls import row_security


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_bundle_indexes")]
    operations = [row_security("documents_handledentry", "casetrack_audience() = 'system'")]
