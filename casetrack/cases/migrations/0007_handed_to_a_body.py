"""A case can be handed to a mediation body, whose people then see it."""

import django.db.models.deletion
from django.db import migrations, models

from casetrack.lib.rls import change_policy

SIDES = "casetrack_in_scope(firm_id, victim_user_id)"


class Migration(migrations.Migration):
    dependencies = [("bodies", "0001_initial"), ("cases", "0006_needs")]
    operations = [
        migrations.AddField(
            model_name="case",
            name="body",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="bodies.body"
            ),
        ),
        # A mediator may lock a case, and change nothing of it.
        change_policy("cases_case", f"{SIDES} or casetrack_of_body(body_id)", SIDES, was=SIDES),
    ]
