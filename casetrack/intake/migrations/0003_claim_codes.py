import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from casetrack.lib.rls import case_row_security, no_delete


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_row_security"),
        ("intake", "0002_row_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="ClaimCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_index", models.CharField(max_length=64)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("telephone", "Read out on the telephone"),
                            ("post", "By post to the registered address"),
                        ],
                        max_length=10,
                    ),
                ),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claim_codes", to="cases.case"
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "used_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("case",), name="intake_claimcode_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["telephone", "post"])), name="intake_claimcode_channel"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("used_by", None), ("ended_at__isnull", False), _connector="OR"),
                        name="intake_claimcode_used_ended",
                    ),
                ],
            },
        ),
        case_row_security("intake_claimcode", "casetrack_audience() = 'victim'"),
        no_delete("intake_claimcode"),
    ]
