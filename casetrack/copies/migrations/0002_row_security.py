from django.db import migrations

from casetrack.lib.rls import no_delete, row_security


class Migration(migrations.Migration):
    dependencies = [("copies", "0001_initial"), ("people", "0002_scope"), ("audit", "0002_hash_chain")]
    operations = [row_security("copies_copy", "casetrack_own(user_id)"), no_delete("copies_copy")]
