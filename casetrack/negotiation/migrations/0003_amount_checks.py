"""The parts of an offer add up to its amount, and what was opened keeps its amount, parts and reasons."""

from django.db import migrations

FUNCTIONS = """
create function casetrack_parts_total(parts jsonb) returns numeric language sql immutable as $$
  select coalesce(sum(p.value::numeric), 0) from jsonb_each_text(parts) p
$$;
alter table negotiation_offer add constraint negotiation_offer_parts
  check (components = '{}'::jsonb or casetrack_parts_total(components) = amount);

create function casetrack_offer_is_fixed() returns trigger language plpgsql as $$
begin
  if (new.amount, new.components, new.reasons, new.valid_until, new.assessment_id, new.party, new.prepared_by_id)
    is distinct from
    (old.amount, old.components, old.reasons, old.valid_until, old.assessment_id, old.party, old.prepared_by_id) then
    raise exception 'an offer is not edited: make another' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger fixed before update on negotiation_offer for each row execute function casetrack_offer_is_fixed();
"""
UNDO = """
drop trigger fixed on negotiation_offer; drop function casetrack_offer_is_fixed();
alter table negotiation_offer drop constraint negotiation_offer_parts; drop function casetrack_parts_total(jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("negotiation", "0002_row_security")]
    operations = [migrations.RunSQL(FUNCTIONS, UNDO)]
