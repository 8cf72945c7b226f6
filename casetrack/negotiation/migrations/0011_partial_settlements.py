from importlib import import_module

from django.db import migrations, models

# What was opened keeps every term of it: the function of 0003 with the new columns (and undone, without them).
before = import_module("casetrack.negotiation.migrations.0009_structured_offers")
AFTER = (*before.AFTER, "settles", "builds_on")


class Migration(migrations.Migration):
    dependencies = [
        ("negotiation", "0010_restoration_instructions"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="offer",
            name="negotiation_one_accepted_offer",
        ),
        migrations.AddField(
            model_name="offer",
            name="builds_on",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="offer",
            name="settles",
            field=models.JSONField(default=list),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settles", []), ("status", "accepted")),
                fields=("case",),
                name="negotiation_one_accepted_offer",
            ),
        ),
        migrations.RunSQL(before.fixed(AFTER), before.fixed(before.AFTER)),
    ]
