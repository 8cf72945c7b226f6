"""Targets and closed days become decisions with a date. What was set until now holds from the beginning."""

import datetime as dt
from typing import Any

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from casetrack.lib.rls import append_only

BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
MOST_DAYS = 60


def carry_over(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    alias = editor.connection.alias
    targets, days = apps.get_model("firms", "ClockTarget"), apps.get_model("firms", "ClosedDay")
    for firm in apps.get_model("firms", "Firm").objects.using(alias):
        targets.objects.using(alias).bulk_create(
            targets(
                firm=firm, clock=name, days=min(max(count, 1), MOST_DAYS), valid_from=BEGINNING.date(),
                decided_at=BEGINNING,
            )
            for name, count in firm.clock_targets.items()
        )  # fmt: skip
        days.objects.using(alias).bulk_create(
            days(firm=firm, day=day, decided_at=BEGINNING) for day in sorted(set(firm.closed_days))
        )


def carry_back(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What holds in the end: the dates are lost."""
    for firm in apps.get_model("firms", "Firm").objects.using(editor.connection.alias):
        closed = {one.day: one.is_closed for one in firm.day_decisions.order_by("id")}
        targets = {one.clock: one.days for one in firm.target_decisions.order_by("valid_from", "id")}
        firm.closed_days = sorted(day for day, is_closed in closed.items() if is_closed)
        firm.clock_targets = {name: count for name, count in targets.items() if count is not None}
        firm.save(update_fields=["closed_days", "clock_targets"])


def decision(name: str) -> "list[tuple[str, models.Field[Any, Any]]]":
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("decided_at", models.DateTimeField()),
        (
            "decided_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        (
            "firm",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to="firms.firm"),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("firms", "0004_approval_limits"),
        ("audit", "0002_hash_chain"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClockTarget",
            fields=[
                *decision("target_decisions"),
                ("clock", models.CharField(max_length=20)),
                ("days", models.PositiveSmallIntegerField(null=True)),
                ("valid_from", models.DateField()),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("days__isnull", True), ("days__range", (1, MOST_DAYS)), _connector="OR"),
                        name="firms_clock_target_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                *decision("day_decisions"),
                ("day", models.DateField()),
                ("is_closed", models.BooleanField(default=True)),
                ("label", models.CharField(blank=True, max_length=80)),
            ],
            options={"ordering": ["id"]},
        ),
        append_only("firms_clocktarget"),
        append_only("firms_closedday"),
        migrations.RunPython(carry_over, carry_back),
    ]
