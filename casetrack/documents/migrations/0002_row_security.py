from django.db import migrations

from casetrack.lib.rls import append_only, case_row_security


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("cases", "0002_row_security")]
    operations = [
        case_row_security("documents_document", "casetrack_audience() = 'victim' and not is_public"),
        append_only("documents_document"),
    ]
