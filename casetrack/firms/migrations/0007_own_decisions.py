"""Everybody reads what a firm decided about its clocks; the firm alone, and the system, decides."""

from django.db import migrations

from casetrack.lib.rls import row_security

OWN = "casetrack_in_scope(firm_id, null::bigint)"


class Migration(migrations.Migration):
    dependencies = [("firms", "0006_only_dated_decisions"), ("people", "0002_scope")]
    operations = [row_security("firms_clocktarget", "true", OWN), row_security("firms_closedday", "true", OWN)]
