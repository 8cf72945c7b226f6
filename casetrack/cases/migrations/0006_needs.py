"""What makes it harder for the person, beside the report: taken from the reports that were handed in."""

from django.db import migrations, models

# A migration is bound by row-level security too: it states its scope.
REPORTED = """
select set_config('app.audience', 'system', true);
update cases_case set needs = report #> '{steps,help,needs}'
where jsonb_typeof(report #> '{steps,help,needs}') = 'array';
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_extensions")]
    operations = [
        migrations.AddField(model_name="case", name="needs", field=models.JSONField(default=list)),
        migrations.RunSQL(REPORTED, migrations.RunSQL.noop),
    ]
