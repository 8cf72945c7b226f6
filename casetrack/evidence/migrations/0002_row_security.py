from django.db import migrations

from casetrack.lib.rls import SEES_CASE, no_delete, row_security

USING = "(case_id is null and casetrack_own(uploaded_by_id)) or " + SEES_CASE.format(table="evidence_evidencefile")


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial"), ("cases", "0002_row_security")]
    operations = [row_security("evidence_evidencefile", USING), no_delete("evidence_evidencefile")]
