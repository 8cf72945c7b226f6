"""The steps by which proposals were made until now say until how many days later they could be answered."""

from django.db import migrations

# The n-th such step of a case is its n-th proposal.
FORWARDS = """
select set_config('app.audience', 'system', true);
alter table cases_event disable trigger append_only;
update cases_event e set days = told.days from (
  select step.id, (made.answer_by at time zone 'Asia/Tokyo')::date - (step.at at time zone 'Asia/Tokyo')::date as days
  from (select id, case_id, at, row_number() over (partition by case_id order by id) as place
        from cases_event where action = 'mediation.proposed') step
  join (select case_id, answer_by, row_number() over (partition by case_id order by made_at, id) as place
        from mediation_conciliationproposal) made using (case_id, place)
) told where told.id = e.id and told.days between 0 and 32767;
set constraints all immediate;
alter table cases_event enable trigger append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_mediators_own_steps"), ("mediation", "0007_after_the_end")]
    operations = [migrations.RunSQL(FORWARDS, migrations.RunSQL.noop)]
