"""Who is signed in writes the own log-in alone. Before that nobody is known yet: signing in, up, and anew with a code.

A log-in that is made without a scope is a victim's; whose it is otherwise, and what it is, is said by commands.
"""

from django.db import migrations

from casetrack.lib.rls import write_security

# casetrack_own is true for the system as well.
WRITES = "casetrack_own(id) or casetrack_audience() = ''"
GUARDS = """
create policy victims_sign_up on people_user as restrictive for insert
  with check (casetrack_audience() = 'system' or role = 'victim');
create policy nobody_deletes on people_user as restrictive for delete using (casetrack_audience() = 'system');

create function casetrack_role_holds() returns trigger language plpgsql as $$
begin
  if casetrack_audience() <> 'system' then
    raise exception 'a log-in stays what it is' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger role_holds before update on people_user for each row
  when (old.role <> new.role or old.id <> new.id or old.is_demo <> new.is_demo)
  execute function casetrack_role_holds();
"""
UNDO = """
drop trigger role_holds on people_user; drop function casetrack_role_holds();
drop policy nobody_deletes on people_user; drop policy victims_sign_up on people_user;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0004_bank_accounts")]
    operations = [write_security("people_user", WRITES), migrations.RunSQL(GUARDS, UNDO)]
