"""A mediator gets no bundle that was asked for before the case came to the own body."""

from django.db import migrations

from casetrack.lib.rls import SEES_CASE, change_policy

OWN = "case_id is null and casetrack_own(user_id)"
OF_A_CASE = SEES_CASE.format(table="copies_copy")
WAS = f"({OWN}) or (case_id is not null and {OF_A_CASE})"
# Of the mediations a mediator sees those before the own body alone.
SINCE = "asked_at >= (select max(m.applied_at) from mediation_mediation m where m.case_id = copies_copy.case_id)"
NOW = f"({OWN}) or (case_id is not null and {OF_A_CASE} and (casetrack_audience() <> 'mediator' or {SINCE}))"


class Migration(migrations.Migration):
    dependencies = [("copies", "0003_bundles"), ("mediation", "0004_steps_before_a_body")]
    operations = [change_policy("copies_copy", NOW, was=WAS)]
