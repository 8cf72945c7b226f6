"""Mediation bodies and their people, and what the database asks about a mediator's requests."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FUNCTIONS = """
create function casetrack_of_body(body_id bigint) returns boolean language sql stable as $$
  select current_setting('app.audience', true) = 'mediator'
    and body_id = nullif(current_setting('app.body_id', true), '')::bigint
$$;

create function casetrack_inside() returns boolean language sql stable as $$
  select coalesce(current_setting('app.audience', true), '') in ('firm', 'system')
$$;
"""
UNDO = "drop function casetrack_of_body(bigint); drop function casetrack_inside();"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0002_scope"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, UNDO),
        migrations.CreateModel(
            name="Body",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, unique=True)),
                ("name_ja", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=120)),
                ("telephone", models.CharField(blank=True, max_length=40)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z][A-Z0-9]{1,19}$")), name="bodies_body_code"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BodyMembership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("display_name", models.CharField(blank=True, max_length=80)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="bodies.body"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="body_membership",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
