"""Who works at a mediation body is said by commands alone; everybody reads it."""

from django.db import migrations

from casetrack.lib.rls import write_security


class Migration(migrations.Migration):
    dependencies = [("bodies", "0002_row_security"), ("people", "0002_scope")]
    operations = [write_security("bodies_bodymembership", "casetrack_audience() = 'system'")]
