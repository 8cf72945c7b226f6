"""Ratios of a policy lie between 0 and 1: a check over the JSON object."""

from django.db import migrations

FUNCTION = """
create function casetrack_ratios(ratios jsonb) returns boolean language sql immutable as $$
  select jsonb_typeof(ratios) = 'object'
    and coalesce(bool_and(r.value::numeric between 0 and 1), true) from jsonb_each_text(ratios) r
$$;
alter table assessment_compensationpolicy add constraint assessment_policy_ratios check (casetrack_ratios(ratios));
"""
UNDO = """
alter table assessment_compensationpolicy drop constraint assessment_policy_ratios;
drop function casetrack_ratios(jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("assessment", "0002_row_security")]
    operations = [migrations.RunSQL(FUNCTION, UNDO)]
