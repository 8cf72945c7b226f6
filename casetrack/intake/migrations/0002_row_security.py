from django.db import migrations

from casetrack.lib.rls import row_security


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial"), ("people", "0002_scope")]
    operations = [row_security("intake_draft", "casetrack_own(user_id)")]
