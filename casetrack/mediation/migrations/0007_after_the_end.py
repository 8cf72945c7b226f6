"""What holds once a mediation has ended: the body leaves the case, and what it was settled on top of stays settled."""

from django.db import migrations

# The case leaves the body when the mediation ends (services.ending). One that was settled is followed until the case
# ends; whatever ends it, and whoever.
LEAVES = """
create function casetrack_case_leaves_body() returns trigger language plpgsql as $$
begin
  if new.body_id is not null and new.status <> old.status and new.status in ('closed', 'declined', 'withdrawn')
    and not exists (select 1 from mediation_mediation m where m.case_id = new.id and m.ended_at is null) then
    new.body_id := null;
  end if;
  return new;
end $$;
create trigger leaves_body before update of status on cases_case
  for each row execute function casetrack_case_leaves_body();
"""
STAYS = "drop trigger leaves_body on cases_case; drop function casetrack_case_leaves_body();"

BOUND = """
create or replace function casetrack_offer_is_bound() returns trigger language plpgsql as $$
declare last record;
begin
  if new.party <> 'firm' or new.status not in ('prepared', 'open', 'revoked') then
    return new;
  end if;
  select m.status, m.amount, m.ended_at into last from mediation_mediation m
    where m.case_id = new.case_id order by m.number desc limit 1;
  if last.status is distinct from 'settled' then
    return new;
  end if;
  if new.status = 'revoked' then
    if new.settles <> '[]'::jsonb and exists (
      select 1 from negotiation_settlement s where s.offer_id = new.id and s.agreed_at <= last.ended_at) then
      raise exception 'the mediation was settled on top of this part' using errcode = 'restrict_violation';
    end if;
  elsif (last.amount <> new.amount or new.settles <> '[]'::jsonb) and not exists (
    select 1 from negotiation_offer o
    where o.case_id = new.case_id and o.status = 'accepted' and o.settles = '[]'::jsonb) then
    raise exception 'the mediation was settled at another amount' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
"""
# As migration 0003 made it.
WAS = """
create or replace function casetrack_offer_is_bound() returns trigger language plpgsql as $$
declare last record;
begin
  if new.party = 'firm' and new.status in ('prepared', 'open') then
    select m.status, m.amount into last from mediation_mediation m
      where m.case_id = new.case_id order by m.number desc limit 1;
    if last.status = 'settled' and (last.amount <> new.amount or new.settles <> '[]'::jsonb) and not exists (
      select 1 from negotiation_offer o
      where o.case_id = new.case_id and o.status = 'accepted' and o.settles = '[]'::jsonb) then
      raise exception 'the mediation was settled at another amount' using errcode = 'restrict_violation';
    end if;
  end if;
  return new;
end $$;
"""
# The mediations until now: their records, and the cases that their bodies should have left.
UNTIL_NOW = """
select set_config('app.audience', 'system', true);
insert into mediation_mediationrecord
  (mediation_id, body_id, reference, number, status, file_number, applied_at, accepted_at, ended_at)
  select m.id, m.body_id, c.reference, m.number, m.status, m.file_number, m.applied_at, m.accepted_at, m.ended_at
  from mediation_mediation m join cases_case c on c.id = m.case_id
  where m.ended_at is not null order by m.applied_at, m.id;
update cases_case c set body_id = null where c.body_id is not null
  and not exists (select 1 from mediation_mediation m where m.case_id = c.id and m.ended_at is null)
  and (c.status in ('closed', 'declined', 'withdrawn') or not exists (
    select 1 from mediation_mediation m where m.case_id = c.id and m.status = 'settled' and m.number = (
      select max(last.number) from mediation_mediation last where last.case_id = c.id)));
set constraints all immediate;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_mediators_own_steps"), ("mediation", "0006_records")]
    operations = [
        migrations.RunSQL(LEAVES, STAYS),
        migrations.RunSQL(BOUND, WAS),
        migrations.RunSQL(UNTIL_NOW, migrations.RunSQL.noop),
    ]
