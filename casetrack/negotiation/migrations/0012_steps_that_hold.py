"""What the services promise of offers and payments, promised by the database too: an offer goes from one status only to
those of the workflow's table, one that is accepted has its settlement, at its own amount, and a payment keeps what was
paid."""

from django.db import migrations

# negotiation.workflow.OFFER_ACTIONS as of this migration; a test holds the two against each other.
FUNCTIONS = """
create function casetrack_offer_steps() returns trigger language plpgsql as $$
begin
  if (new.case_id, new.number) is distinct from (old.case_id, old.number) then
    raise exception 'an offer is not edited: make another' using errcode = 'integrity_constraint_violation';
  end if;
  if old.status <> new.status and (old.status, new.status) not in (
    ('prepared', 'open'), ('prepared', 'rejected'), ('prepared', 'withdrawn'),
    ('open', 'withdrawn'), ('open', 'accepted'), ('open', 'refused'), ('open', 'countered'), ('open', 'answered'),
    ('open', 'lapsed'), ('accepted', 'revoked')) then
    raise exception 'an offer does not go from % to %', old.status, new.status
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger steps before update on negotiation_offer for each row execute function casetrack_offer_steps();

create function casetrack_accepted_is_settled() returns trigger language plpgsql as $$
begin
  if not exists (select from negotiation_settlement s where s.offer_id = new.id and s.amount = new.amount) then
    raise exception 'an accepted offer has its settlement' using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
create constraint trigger accepted_is_settled after insert or update of status on negotiation_offer
  deferrable initially deferred for each row when (new.status = 'accepted')
  execute function casetrack_accepted_is_settled();

create function casetrack_settled_was_accepted() returns trigger language plpgsql as $$
begin
  if not exists (select from negotiation_offer o where o.id = new.offer_id and o.case_id = new.case_id
    and o.party = 'firm' and o.status in ('accepted', 'revoked') and o.amount = new.amount) then
    raise exception 'a settlement is of an offer that was accepted, at its amount'
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger settled_was_accepted before insert on negotiation_settlement
  for each row execute function casetrack_settled_was_accepted();

create function casetrack_payment_is_fixed() returns trigger language plpgsql as $$
begin
  if (new.case_id, new.settlement_id, new.amount, new.paid_on, new.note, new.recorded_by_id, new.recorded_at)
    is distinct from
    (old.case_id, old.settlement_id, old.amount, old.paid_on, old.note, old.recorded_by_id, old.recorded_at)
    or (old.failed_at is not null and (new.failed_at, new.failed_because) is distinct from
    (old.failed_at, old.failed_because)) then
    raise exception 'a payment is not edited: record another' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger fixed before update on negotiation_payment for each row execute function casetrack_payment_is_fixed();
"""
UNDO = """
drop trigger fixed on negotiation_payment; drop function casetrack_payment_is_fixed();
drop trigger settled_was_accepted on negotiation_settlement; drop function casetrack_settled_was_accepted();
drop trigger accepted_is_settled on negotiation_offer; drop function casetrack_accepted_is_settled();
drop trigger steps on negotiation_offer; drop function casetrack_offer_steps();
"""


class Migration(migrations.Migration):
    dependencies = [("negotiation", "0011_partial_settlements")]
    operations = [migrations.RunSQL(FUNCTIONS, UNDO)]
