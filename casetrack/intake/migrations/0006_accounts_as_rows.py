"""Drafts begun when a report was for one account: that account becomes the first of several."""

import json

from django.db import migrations

from casetrack.lib.crypto import decrypt, encrypt


def as_rows(kept):
    rows = {name: value for name, value in kept.items() if name not in ("facts", "typed")}
    if "facts" in kept:
        rows["facts"] = {"rows": [kept["facts"]]}
    if "typed" in kept:
        typed = {f"row-0-{name}": values for name, values in json.loads(decrypt(kept["typed"])).items()}
        rows["typed"] = encrypt(json.dumps(typed | {"rows_total": ["1"]}, ensure_ascii=False))
    return rows


def forwards(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.audience', 'system', true)")
    drafts = apps.get_model("intake", "Draft").objects.using(connection.alias)
    for draft in drafts.filter(answers__has_key="account"):
        facts = draft.answers["account"].get("facts") or {}
        if "rows" in facts:
            continue
        draft.answers["account"] = as_rows(draft.answers["account"])
        draft.firm_code = facts.get("firm", "")
        draft.save(update_fields=["answers", "firm_code"])


class Migration(migrations.Migration):
    dependencies = [("intake", "0005_sitting")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
