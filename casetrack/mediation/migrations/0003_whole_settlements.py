"""What was settled in mediation is settled on the whole: an accepted offer of a part does not free the firm from it."""

from django.db import migrations

BOUND = """
create or replace function casetrack_offer_is_bound() returns trigger language plpgsql as $$
declare last record;
begin
  if new.party = 'firm' and new.status in ('prepared', 'open') then
    select m.status, m.amount into last from mediation_mediation m
      where m.case_id = new.case_id order by m.number desc limit 1;
    if last.status = 'settled' and %(differs)s and not exists (
      select 1 from negotiation_offer o where o.case_id = new.case_id and o.status = 'accepted'%(whole)s) then
      raise exception 'the mediation was settled at another amount' using errcode = 'restrict_violation';
    end if;
  end if;
  return new;
end $$;
"""
WHOLE = BOUND % {
    "differs": "(last.amount <> new.amount or new.settles <> '[]'::jsonb)",
    "whole": " and o.settles = '[]'::jsonb",
}
AMOUNT = BOUND % {"differs": "last.amount <> new.amount", "whole": ""}


class Migration(migrations.Migration):
    dependencies = [("mediation", "0002_rules"), ("negotiation", "0011_partial_settlements")]
    operations = [migrations.RunSQL(WHOLE, AMOUNT)]
