from django.db import migrations

from casetrack.lib.rls import case_row_security, no_delete


class Migration(migrations.Migration):
    dependencies = [("correspondence", "0001_initial"), ("cases", "0002_row_security")]
    operations = [
        case_row_security("correspondence_message"),
        case_row_security("correspondence_note", "casetrack_audience() = 'victim'"),
        no_delete("correspondence_message"),
    ]
