"""What a body keeps of a mediation that has ended: its own people see it, whether or not they still see the case."""

import django.db.models.deletion
from django.db import migrations, models

from casetrack.lib.rls import append_only, row_security

RECORD = "mediation_mediationrecord"
SYSTEM = "casetrack_audience() = 'system'"


class Migration(migrations.Migration):
    dependencies = [
        ("bodies", "0002_row_security"),
        ("mediation", "0005_answers_of_each_side"),
    ]

    operations = [
        migrations.CreateModel(
            name="MediationRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=24)),
                ("number", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("applied", "Applied for"),
                            ("accepted", "Accepted by the body"),
                            ("not_accepted", "Not accepted by the body"),
                            ("hearing", "Hearings are held"),
                            ("proposed", "A special conciliation proposal is on the table"),
                            ("settled", "Settled: both sides accepted the proposal"),
                            ("not_settled", "Ended without a settlement"),
                            ("withdrawn", "Withdrawn by the applicant"),
                        ],
                        max_length=14,
                    ),
                ),
                ("file_number", models.CharField(blank=True, max_length=60)),
                ("applied_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField()),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="records", to="bodies.body"
                    ),
                ),
                (
                    "mediation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="record", to="mediation.mediation"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["body", "applied_at", "id"], name="mediation_record_desk")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["not_accepted", "settled", "not_settled", "withdrawn"])),
                        name="mediation_record_status",
                    )
                ],
            },
        ),
        row_security(RECORD, f"{SYSTEM} or casetrack_of_body(body_id)", SYSTEM),
        append_only(RECORD),
    ]
