"""Reductions become records of their own: proposed with their grounds, approved by another person, never edited."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from casetrack.lib.rls import case_row_security, no_delete

TABLE = "assessment_reduction"
# The victim sees what was approved once a run that took it came with an offer.
NOT_YET_TOLD = f"""casetrack_audience() = 'victim' and not exists (
  select 1 from assessment_assessment a where a.reduced_by_id = {TABLE}.id and a.is_issued)"""
SAYS = (
    "case_id, number, policy_id, share, customer_factors, firm_factors, reason, is_vulnerable, is_gross, gross_reason"
)
FREEZE = f"""
create function casetrack_reduction_is_frozen() returns trigger language plpgsql as $$
begin
  if row({", ".join(f"old.{name}" for name in SAYS.split(", "))})
      is distinct from row({", ".join(f"new.{name}" for name in SAYS.split(", "))}) then
    raise exception 'what a reduction says is never edited' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger frozen before update on {TABLE} for each row execute function casetrack_reduction_is_frozen();
"""
THAW = f"drop trigger frozen on {TABLE}; drop function casetrack_reduction_is_frozen();"


class Migration(migrations.Migration):
    dependencies = [
        ("assessment", "0005_returned_because"),
        ("cases", "0006_needs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reduction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("returned", "Returned"),
                            ("dropped", "Dropped"),
                            ("replaced", "Replaced by a later one"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("limit", models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ("share", models.DecimalField(decimal_places=4, max_digits=5)),
                ("customer_factors", models.JSONField()),
                ("firm_factors", models.JSONField(default=dict)),
                ("reason", models.TextField()),
                ("is_vulnerable", models.BooleanField(default=False)),
                ("is_gross", models.BooleanField(default=False)),
                ("gross_reason", models.TextField(blank=True)),
                ("proposed_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("returned_because", models.TextField(blank=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reductions", to="cases.case"
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.compensationpolicy",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="assessment",
            name="reduced_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="assessment.reduction"
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="assessment_reduction_number"),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "proposed")), fields=("case",), name="assessment_reduction_one_proposed"
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "approved")), fields=("case",), name="assessment_reduction_one_approved"
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["proposed", "approved", "returned", "dropped", "replaced"])),
                name="assessment_reduction_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("share__gt", 0), ("share__lte", 1)), name="assessment_reduction_share"
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("limit", None), ("share__lte", models.F("limit")), _connector="OR"),
                name="assessment_reduction_limit",
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("customer_factors", {}), _negated=True), name="assessment_reduction_factors"
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="assessment_reduction_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="assessment_reduction_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["approved", "replaced"]), _negated=True),
                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                    _connector="OR",
                ),
                name="assessment_reduction_approved_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_gross", False), models.Q(("gross_reason", ""), _negated=True), _connector="OR"),
                name="assessment_reduction_gross",
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_vulnerable", False), ("is_gross", True), _connector="OR"),
                name="assessment_reduction_vulnerable",
            ),
        ),
        case_row_security(TABLE, NOT_YET_TOLD),
        no_delete(TABLE),
        migrations.RunSQL(FREEZE, THAW),
    ]
