"""Policies get a life before they are published, runs the method that they were made by, drafts a simulation."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from casetrack.lib.rls import row_security

# A migration is bound by row-level security too: it states its scope.
METHODS = """
select set_config('app.audience', 'system', true);
update assessment_assessment a set method = p.method from assessment_compensationpolicy p where p.id = a.policy_id;
"""
FREEZE = """
create function casetrack_policy_is_frozen() returns trigger language plpgsql as $$
begin
  if old.status in ('published', 'discarded') then
    raise exception 'a % policy is never edited', old.status using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger frozen before update on assessment_compensationpolicy
  for each row execute function casetrack_policy_is_frozen();
alter table assessment_compensationpolicy
  add constraint assessment_policy_reductions check (casetrack_ratios(reductions));
"""
THAW = """
alter table assessment_compensationpolicy drop constraint assessment_policy_reductions;
drop trigger frozen on assessment_compensationpolicy;
drop function casetrack_policy_is_frozen();
"""
# A firm's drafts are its own; a victim reads the policy of an assessment that was issued.
SEES_POLICY = (
    "casetrack_in_scope(firm_id, null) or exists (select 1 from assessment_assessment a where a.policy_id = {})"
)
METHOD_CHOICES = [
    ("cash", "Cash"),
    ("restoration", "Restoration"),
    ("choice", "Restoration or cash, as the customer chooses"),
]
STATUS_CHOICES = [
    ("draft", "Draft"),
    ("proposed", "Waiting for approval"),
    ("published", "Published"),
    ("discarded", "Discarded"),
]
TABLE = "assessment_compensationpolicy"


def person(**more: object) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, **more
    )


class Migration(migrations.Migration):
    dependencies = [("assessment", "0003_ratio_checks"), ("firms", "0001_initial"), ("people", "0002_scope")]
    operations = [
        migrations.AddField(
            "compensationpolicy",
            "status",
            models.CharField(choices=STATUS_CHOICES, default="published", max_length=10),
        ),
        migrations.AlterField(
            "compensationpolicy", "status", models.CharField(choices=STATUS_CHOICES, default="draft", max_length=10)
        ),
        migrations.AddField("compensationpolicy", "is_individual", models.BooleanField(default=False)),
        migrations.AddField("compensationpolicy", "reductions", models.JSONField(blank=True, default=dict)),
        migrations.AddField("compensationpolicy", "application_until", models.DateField(blank=True, null=True)),
        migrations.AddField("compensationpolicy", "prepared_by", person(null=True)),
        migrations.AddField("compensationpolicy", "approved_by", person(null=True)),
        migrations.AlterField("compensationpolicy", "published_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("compensationpolicy", "assessment_policy_method"),
        migrations.AlterField("compensationpolicy", "method", models.CharField(choices=METHOD_CHOICES, max_length=20)),
        migrations.AddConstraint(
            "compensationpolicy",
            models.CheckConstraint(
                condition=models.Q(("method__in", ["cash", "restoration", "choice"])), name="assessment_policy_method"
            ),
        ),
        migrations.AddConstraint(
            "compensationpolicy",
            models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "proposed", "published", "discarded"])),
                name="assessment_policy_status",
            ),
        ),
        migrations.AddConstraint(
            "compensationpolicy",
            models.UniqueConstraint(
                condition=models.Q(("status__in", ["draft", "proposed"])),
                fields=("firm",),
                name="assessment_policy_one_draft",
            ),
        ),
        migrations.AddConstraint(
            "compensationpolicy",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True), ("published_at__isnull", False), _connector="OR"
                ),
                name="assessment_policy_published_at",
            ),
        ),
        migrations.AddConstraint(
            "compensationpolicy",
            models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    models.Q(("approved_by", models.F("prepared_by")), _negated=True),
                    _connector="OR",
                ),
                name="assessment_policy_four_eyes",
            ),
        ),
        migrations.AddField(
            "assessment",
            "method",
            models.CharField(choices=METHOD_CHOICES, default="cash", max_length=20),
            preserve_default=False,
        ),
        migrations.RunSQL(METHODS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "assessment",
            models.CheckConstraint(
                condition=models.Q(("method__in", ["cash", "restoration"])), name="assessment_method"
            ),
        ),
        migrations.CreateModel(
            name="Simulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("policy_sha256", models.CharField(max_length=64)),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("before", models.DecimalField(decimal_places=0, default=0, max_digits=24)),
                ("after", models.DecimalField(decimal_places=0, default=0, max_digits=24)),
                ("rows", models.JSONField(default=list)),
                ("finished_at", models.DateTimeField(null=True)),
                ("asked_by", person()),
                (
                    "firm",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="firms.firm"),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="simulations",
                        to="assessment.compensationpolicy",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["policy", "-asked_at"], name="assessment_simulation_last")],
            },
        ),
        migrations.RunSQL(FREEZE, THAW),
        row_security(TABLE, SEES_POLICY.format(f"{TABLE}.id"), "casetrack_in_scope(firm_id, null)"),
        row_security("assessment_simulation", "casetrack_in_scope(firm_id, null)"),
    ]
