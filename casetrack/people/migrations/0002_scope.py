"""The rule of row-level security as two SQL functions, and the system's own user."""

from django.db import migrations

from casetrack.lib.rls import row_security

FUNCTIONS = """
create function casetrack_in_scope(firm_id bigint, user_id bigint) returns boolean language sql stable as $$
  select case current_setting('app.audience', true)
    when 'system' then true
    when 'firm' then firm_id = nullif(current_setting('app.firm_id', true), '')::bigint
    when 'victim' then user_id = nullif(current_setting('app.user_id', true), '')::bigint
    else false end
$$;

create function casetrack_own(user_id bigint) returns boolean language sql stable as $$
  select current_setting('app.audience', true) = 'system'
    or user_id = nullif(current_setting('app.user_id', true), '')::bigint
$$;

create function casetrack_audience() returns text language sql stable as $$
  select coalesce(current_setting('app.audience', true), '')
$$;
"""
UNDO = (
    "drop function casetrack_in_scope(bigint, bigint); drop function casetrack_own(bigint);"
    "drop function casetrack_audience();"
)
SYSTEM = """
insert into people_user (email, password, role, language, is_active, is_demo, date_joined)
values ('system@casetrack.invalid', '!', 'system', 'ja', false, false, now());
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTIONS, UNDO),
        migrations.RunSQL(SYSTEM, "delete from people_user where role = 'system';"),
        row_security("people_idempotentwrite", "casetrack_own(user_id)"),
    ]
