import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Copy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("language", models.CharField(choices=[("ja", "日本語"), ("en", "English")], max_length=5)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("making", "Being made"),
                            ("ready", "Ready"),
                            ("failed", "Could not be made"),
                            ("expired", "Deleted"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="copies", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "-asked_at"], name="copies_copy_own"),
                    models.Index(
                        condition=models.Q(("status__in", ("waiting", "making"))),
                        fields=["next_try_at"],
                        name="copies_copy_queue",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["ja", "en"])), name="copies_copy_language"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "making", "ready", "failed", "expired"])),
                        name="copies_copy_status",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("waiting", "making"))),
                        fields=("user",),
                        name="copies_copy_one_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ready"), _negated=True),
                            models.Q(("expires_at__isnull", False), ("made_at__isnull", False), ("size__gt", 0)),
                            _connector="OR",
                        ),
                        name="copies_copy_ready",
                    ),
                ],
            },
        ),
    ]
