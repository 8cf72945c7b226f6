from django.db import migrations

from casetrack.lib.rls import append_only, case_row_security, no_delete, row_security


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_initial"), ("cases", "0002_row_security")]
    operations = [
        case_row_security("assessment_assessment", "casetrack_audience() = 'victim' and not is_issued"),
        row_security(
            "assessment_assessedaccount",
            "exists (select 1 from assessment_assessment a where a.id = assessment_id)",
        ),
        append_only("assessment_assessedaccount"),
        no_delete("assessment_assessment"),
        no_delete("assessment_compensationpolicy"),
    ]
