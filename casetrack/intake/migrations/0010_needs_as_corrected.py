"""What makes it harder for the person, as their last correction says it (cases.0006_needs took it from the report)."""

from django.db import migrations

CORRECTED = """
select set_config('app.audience', 'system', true);
update cases_case c set needs = coalesce(last.facts -> 'needs', '[]') from (
  select distinct on (case_id) case_id, facts from intake_addition
  where topic = 'help' and facts is not null order by case_id, added_at desc, id desc
) last where last.case_id = c.id;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_needs"), ("intake", "0009_brought_account")]
    operations = [migrations.RunSQL(CORRECTED, migrations.RunSQL.noop)]
