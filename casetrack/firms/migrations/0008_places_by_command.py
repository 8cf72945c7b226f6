"""Who works at a firm, as what, and up to which amount they approve is said by commands alone; everybody reads it."""

from django.db import migrations

from casetrack.lib.rls import write_security


class Migration(migrations.Migration):
    dependencies = [("firms", "0007_own_decisions"), ("people", "0002_scope")]
    operations = [write_security("firms_membership", "casetrack_audience() = 'system'")]
