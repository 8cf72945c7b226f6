"""Bundles: the file of one case, for each of its three parties."""

import django.db.models.deletion
from django.db import migrations, models

from casetrack.lib.rls import SEES_CASE, change_policy

OWN = "casetrack_own(user_id)"
OF_A_CASE = SEES_CASE.format(table="copies_copy")
SEES = f"(case_id is null and {OWN}) or (case_id is not null and {OF_A_CASE})"
RUNNING = ("waiting", "making")


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_handed_to_a_body"), ("copies", "0002_row_security")]
    operations = [
        migrations.AddField(
            model_name="copy",
            name="case",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="bundles", to="cases.case"
            ),
        ),
        migrations.RemoveConstraint(model_name="copy", name="copies_copy_one_running"),
        migrations.AddConstraint(
            model_name="copy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("case", None), ("status__in", RUNNING)),
                fields=("user",),
                name="copies_copy_one_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="copy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", RUNNING)), fields=("case",), name="copies_copy_one_bundle_running"
            ),
        ),
        change_policy("copies_copy", SEES, was=OWN),
    ]
