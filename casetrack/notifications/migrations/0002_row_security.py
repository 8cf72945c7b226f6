from django.db import migrations

from casetrack.lib.rls import row_security


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("people", "0002_scope")]
    operations = [row_security("notifications_delivery", "casetrack_own(recipient_id)")]
