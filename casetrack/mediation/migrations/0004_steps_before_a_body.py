"""The steps of the mediations until now say before which body they were."""

from django.db import migrations

# At most one mediation of a case is live, so a step belongs to the last one applied for until then.
FORWARDS = """
select set_config('app.audience', 'system', true);
alter table cases_event disable trigger append_only;
update cases_event e set body_id = (
  select m.body_id from mediation_mediation m where m.case_id = e.case_id and m.applied_at <= e.at
  order by m.number desc limit 1) where e.action like 'mediation.%';
set constraints all immediate;
alter table cases_event enable trigger append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_steps_before_a_body"), ("mediation", "0003_whole_settlements")]
    operations = [migrations.RunSQL(FORWARDS, migrations.RunSQL.noop)]
