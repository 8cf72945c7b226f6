"""Notices in the application, and how a victim wants to be told by e-mail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from casetrack.lib.rls import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_sitting"),
        ("notifications", "0003_invitations"),
        ("people", "0003_address"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailChoice",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="mail_choice",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[("at_once", "At once"), ("daily", "Once a day, at 18:00"), ("never", "No e-mail")],
                        default="at_once",
                        max_length=10,
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="notifications_delivery_status",
        ),
        migrations.AddField(
            model_name="delivery",
            name="action",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="delivery",
            name="case",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="is_urgent",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="read_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("kept", "Shown in the application only"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["waiting", "sent", "failed", "kept"])),
                name="notifications_delivery_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ["at_once", "daily", "never"])), name="notifications_mailchoice_how"
            ),
        ),
        row_security("notifications_mailchoice", "casetrack_own(user_id)"),
    ]
