from django.db import migrations

from casetrack.lib.rls import case_row_security, no_delete, row_security


class Migration(migrations.Migration):
    dependencies = [("evidence", "0003_uploads_scans_requests")]
    operations = [
        row_security("evidence_upload", "casetrack_own(uploaded_by_id)"),
        case_row_security("evidence_request"),
        no_delete("evidence_request"),
    ]
