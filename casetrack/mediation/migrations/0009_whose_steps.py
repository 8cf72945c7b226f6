"""Each of the three parties takes its own steps of a mediation, and none of another's, whatever the code does."""

from django.db import migrations

GUARD = """
create function casetrack_mediation_whose() returns trigger language plpgsql as $$
begin
  if casetrack_audience() <> 'system' and casetrack_audience() <> all(case new.status
    when 'settled' then array['victim', 'firm'] when 'withdrawn' then array['victim'] else array['mediator'] end) then
    raise exception 'this step of a mediation is not theirs' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger whose before update on mediation_mediation for each row when (old.* is distinct from new.*)
  execute function casetrack_mediation_whose();

create policy victims_apply on mediation_mediation as restrictive for insert
  with check (casetrack_audience() in ('victim', 'system'));
"""
UNDO = """
drop policy victims_apply on mediation_mediation;
drop trigger whose on mediation_mediation; drop function casetrack_mediation_whose();
"""
BODIES = "casetrack_audience() in ('mediator', 'system')"
# A proposal is answered by the sides: the trigger of migration 0005 says by whom.
ADD = (
    f"create policy bodies_add on {{table}} as restrictive for insert with check ({BODIES})",
    "drop policy bodies_add on {table}",
)
CHANGE = (
    f"create policy bodies_change on mediation_hearing as restrictive for update using ({BODIES})",
    "drop policy bodies_change on mediation_hearing",
)


class Migration(migrations.Migration):
    dependencies = [("mediation", "0008_days_of_proposals")]
    operations = [
        migrations.RunSQL(GUARD, UNDO),
        *(
            migrations.RunSQL(*(sql.format(table=table) for sql in ADD))
            for table in ("mediation_hearing", "mediation_conciliationproposal")
        ),
        migrations.RunSQL(*CHANGE),
    ]
