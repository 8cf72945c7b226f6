"""A mediator adds no step to a case but those of a mediation before the own body: none that moves status or clock."""

from django.db import migrations

OWN = "action like 'mediation.%' and to_status = '' and casetrack_of_body(body_id)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_steps_before_a_body")]
    operations = [
        migrations.RunSQL(
            "create policy mediators_add_their_steps on cases_event as restrictive for insert"
            f" with check (casetrack_audience() <> 'mediator' or ({OWN}))",
            "drop policy mediators_add_their_steps on cases_event",
        )
    ]
