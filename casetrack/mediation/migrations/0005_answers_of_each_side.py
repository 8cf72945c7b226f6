"""Each side answers a proposal for itself, and the body for neither."""

from django.db import migrations

GUARD = """
create function casetrack_proposal_answers() returns trigger language plpgsql as $$
begin
  if (new.victim_reply <> old.victim_reply and casetrack_audience() not in ('victim', 'system'))
    or (new.firm_reply <> old.firm_reply and not casetrack_inside()) then
    raise exception 'each side answers for itself' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger answers before update on mediation_conciliationproposal
  for each row execute function casetrack_proposal_answers();
"""
UNDO = "drop trigger answers on mediation_conciliationproposal; drop function casetrack_proposal_answers();"


class Migration(migrations.Migration):
    dependencies = [("mediation", "0004_steps_before_a_body")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
