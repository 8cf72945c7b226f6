"""A valuation date has a rule, is proposed and answered, and each run says where its date came from."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from casetrack.lib.rls import append_only, case_row_security, mediators_read_only


class Migration(migrations.Migration):
    dependencies = [
        ("assessment", "0006_reductions"),
        ("cases", "0006_needs"),
        ("firms", "0004_approval_limits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ValuationAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_accepted", models.BooleanField()),
                ("reason", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ValuationProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("party", models.CharField(choices=[("victim", "Victim"), ("firm", "Firm")], max_length=10)),
                ("valuation_on", models.DateField()),
                ("reason", models.TextField()),
                ("proposed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="assessment",
            name="price_evidence",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="assessment",
            name="valuation_basis",
            field=models.CharField(
                choices=[
                    ("policy", "Set by the policy"),
                    ("agreed", "Agreed between customer and firm"),
                    ("firm", "Chosen by the firm"),
                ],
                default="firm",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="valuation_reason",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="compensationpolicy",
            name="valuation_days",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="compensationpolicy",
            name="valuation_rule",
            field=models.CharField(
                choices=[
                    ("none", "None: agreed case by case"),
                    ("first_trade", "The day of the first unauthorized trade"),
                    ("report", "The day of the report"),
                ],
                default="none",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="compensationpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("valuation_rule__in", ["none", "first_trade", "report"])),
                name="assessment_policy_valuation_rule",
            ),
        ),
        migrations.AddField(
            model_name="valuationanswer",
            name="answered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="valuationanswer",
            name="case",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
        ),
        migrations.AddField(
            model_name="valuationproposal",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="valuation_proposals", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="valuationproposal",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="valuationanswer",
            name="proposal",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="answer", to="assessment.valuationproposal"
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="valuation_proposal",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="assessment.valuationproposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("valuation_basis__in", ["policy", "agreed", "firm"])),
                name="assessment_valuation_basis",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("valuation_basis", "agreed"), _negated=True),
                    ("valuation_proposal__isnull", False),
                    _connector="OR",
                ),
                name="assessment_valuation_agreed",
            ),
        ),
        migrations.AddConstraint(
            model_name="valuationproposal",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="assessment_valuation_number"),
        ),
        migrations.AddConstraint(
            model_name="valuationproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("party__in", ["victim", "firm"])), name="assessment_valuation_party"
            ),
        ),
        migrations.AddConstraint(
            model_name="valuationproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="assessment_valuation_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="valuationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_accepted", True), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="assessment_valuation_declined",
            ),
        ),
        case_row_security("assessment_valuationproposal"),
        append_only("assessment_valuationproposal"),
        mediators_read_only("assessment_valuationproposal"),
        case_row_security("assessment_valuationanswer"),
        append_only("assessment_valuationanswer"),
        mediators_read_only("assessment_valuationanswer"),
    ]
