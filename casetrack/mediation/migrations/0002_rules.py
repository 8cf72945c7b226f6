"""What the database holds of a mediation whatever the code does: who sees it, and that what was said stays said."""

from django.db import migrations

from casetrack.lib.rls import SEES_CASE, no_delete, row_security

MEDIATION, HEARING, PROPOSAL = "mediation_mediation", "mediation_hearing", "mediation_conciliationproposal"
# Both sides, and the body before which it is: a body to which the case comes later does not see it.
OF_THE_CASE = SEES_CASE.format(table=MEDIATION)
SEES = f"{OF_THE_CASE} and (casetrack_audience() <> 'mediator' or casetrack_of_body(body_id))"
OF_A_MEDIATION = "exists (select 1 from mediation_mediation m where m.id = mediation_id)"
SAYS = "case_id, body_id, number, claimed, fee, asks, applied_by_id, applied_at"
PROPOSES = "mediation_id, case_id, number, amount, components, text, reasons, answer_by, made_by_id, made_at"


def _row(of: str, names: str) -> str:
    return "row(" + ", ".join(f"{of}.{name.strip()}" for name in names.split(",")) + ")"


GUARDS = f"""
create function casetrack_mediation_holds() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null then
    raise exception 'a mediation that has ended does not change' using errcode = 'restrict_violation';
  end if;
  if {_row("old", SAYS)} is distinct from {_row("new", SAYS)} then
    raise exception 'what was applied for is never edited' using errcode = 'restrict_violation';
  end if;
  if new.status = 'settled' and not exists (
    select 1 from {PROPOSAL} p where p.mediation_id = new.id and p.amount = new.amount
      and p.victim_reply = 'accepted' and p.firm_reply = 'accepted') then
    raise exception 'a mediation is settled by both acceptances' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger holds before update on {MEDIATION} for each row execute function casetrack_mediation_holds();

create function casetrack_proposal_holds() returns trigger language plpgsql as $$
begin
  if {_row("old", PROPOSES)} is distinct from {_row("new", PROPOSES)} then
    raise exception 'a proposal is never edited' using errcode = 'restrict_violation';
  end if;
  if old.ended_at is not null
    or (old.victim_reply <> '' and old.victim_reply <> new.victim_reply)
    or (old.firm_reply <> '' and old.firm_reply <> new.firm_reply) then
    raise exception 'a proposal is answered once by each side' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger holds before update on {PROPOSAL} for each row execute function casetrack_proposal_holds();

create function casetrack_offer_is_bound() returns trigger language plpgsql as $$
declare last record;
begin
  if new.party = 'firm' and new.status in ('prepared', 'open') then
    select m.status, m.amount into last from {MEDIATION} m where m.case_id = new.case_id order by m.number desc limit 1;
    if last.status = 'settled' and last.amount <> new.amount and not exists (
      select 1 from negotiation_offer o where o.case_id = new.case_id and o.status = 'accepted') then
      raise exception 'the mediation was settled at another amount' using errcode = 'restrict_violation';
    end if;
  end if;
  return new;
end $$;
create trigger bound_by_mediation before insert or update of status on negotiation_offer
  for each row execute function casetrack_offer_is_bound();
"""
UNDO = f"""
drop trigger bound_by_mediation on negotiation_offer; drop function casetrack_offer_is_bound();
drop trigger holds on {PROPOSAL}; drop function casetrack_proposal_holds();
drop trigger holds on {MEDIATION}; drop function casetrack_mediation_holds();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_hash_chain"),
        ("bodies", "0002_row_security"),
        ("mediation", "0001_initial"),
        ("negotiation", "0010_restoration_instructions"),
    ]
    operations = [
        migrations.RunSQL(GUARDS, UNDO),
        row_security(MEDIATION, SEES),
        row_security(HEARING, OF_A_MEDIATION),
        row_security(PROPOSAL, OF_A_MEDIATION),
        no_delete(MEDIATION),
        no_delete(HEARING),
        no_delete(PROPOSAL),
    ]
