"""The chain's trigger, and the refusal of change. Bodies are hashed as jsonb text inside the database."""

from django.db import migrations

from casetrack.lib.rls import append_only

FUNCTIONS = """
create function casetrack_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'append-only: % on % is refused', tg_op, tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

create function casetrack_entry_hash(e audit_entry) returns bytea language sql stable as $$
  select sha256(e.prev || convert_to(jsonb_build_array(e.chain, e.seq, extract(epoch from e.occurred_at),
    extract(epoch from e.recorded_at), e.actor_role, e.actor_id, e.firm_code, e.action, e.subject, e.data)::text, 'UTF8'))
$$;

create function casetrack_chain() returns trigger language plpgsql as $$
declare last record;
begin
  perform pg_advisory_xact_lock(77, hashtext(new.chain));
  select seq, hash into last from audit_entry where chain = new.chain order by seq desc limit 1;
  new.seq := coalesce(last.seq, 0) + 1;
  new.prev := coalesce(last.hash, '\\x00'::bytea);
  new.recorded_at := clock_timestamp();
  new.hash := casetrack_entry_hash(new);
  return new;
end $$;

create trigger chain before insert on audit_entry for each row execute function casetrack_chain();
"""
UNDO = """
drop trigger chain on audit_entry; drop function casetrack_chain();
drop function casetrack_entry_hash(audit_entry); drop function casetrack_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS, UNDO), append_only("audit_entry"), append_only("audit_chainhead")]
