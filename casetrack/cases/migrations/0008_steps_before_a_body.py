"""A step of a mediation says before which body it was: another body does not read it."""

import django.db.models.deletion
from django.db import migrations, models

from casetrack.lib.rls import SEES_CASE, change_policy

SEES = SEES_CASE.format(table="cases_event")
WAS = f"{SEES} and (casetrack_inside() or is_public)"
NOW = f"""{SEES} and (casetrack_inside() or is_public and (
  casetrack_audience() <> 'mediator' or body_id is null or casetrack_of_body(body_id)))"""


class Migration(migrations.Migration):
    dependencies = [("bodies", "0002_row_security"), ("cases", "0007_handed_to_a_body")]
    operations = [
        migrations.AddField(
            model_name="event",
            name="body",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bodies.body"
            ),
        ),
        change_policy("cases_event", NOW, SEES, was=WAS, was_check=SEES),
    ]
