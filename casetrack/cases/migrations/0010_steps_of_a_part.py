"""A step of what was settled in part says of which offer it is; until now only its audit entry did."""

from django.db import migrations, models

# The two were written together, so they bear the same instant. A step of which the entry is not found keeps no number.
# A migration is bound by row-level security too: it states its scope.
FORWARDS = r"""
select set_config('app.audience', 'system', true);
alter table cases_event disable trigger append_only;
update cases_event e set offer = (a.data ->> 'offer')::int
from audit_entry a, cases_case c
where c.id = e.case_id and a.chain = c.reference and a.action = e.action and a.occurred_at = e.at
  and e.action like 'negotiation.part\_%' and e.offer is null and a.data ->> 'offer' is not null;
set constraints all immediate;
alter table cases_event enable trigger append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_hash_chain"), ("cases", "0009_mediators_own_steps")]
    operations = [
        migrations.AddField(model_name="event", name="offer", field=models.PositiveIntegerField(null=True)),
        migrations.RunSQL(FORWARDS, migrations.RunSQL.noop),
    ]
