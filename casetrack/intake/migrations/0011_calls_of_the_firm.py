"""A report by telephone is its firm's, and one person at a time holds it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def forwards(apps, schema_editor):
    """Calls were told from a victim's drafts by what is kept of the call; once handed in, by the case that they opened."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.audience', 'system', true)")
        drafts = apps.get_model("intake", "Draft").objects.using(connection.alias)
        firms = {firm.code: firm for firm in apps.get_model("firms", "Firm").objects.using(connection.alias)}
        for draft in drafts.filter(answers__has_key="call", firm=None):
            drafts.filter(pk=draft.pk).update(firm=firms[draft.firm_code], held_since=draft.started_at)
        handed_in = drafts.filter(case__opened_by="firm", user__role="firm", firm=None)
        for draft in handed_in.select_related("case"):
            drafts.filter(pk=draft.pk).update(firm=draft.case.firm_id, held_since=draft.started_at)
        cursor.execute("set constraints all immediate")


POLICY = "alter policy in_scope on intake_draft using ({rule}) with check ({rule})"
BEFORE = POLICY.format(rule="casetrack_own(user_id)")
NOW = POLICY.format(
    rule="case when firm_id is null then casetrack_own(user_id) else casetrack_in_scope(firm_id, null::bigint) end"
)


class Migration(migrations.Migration):
    dependencies = [
        ("firms", "0001_initial"),
        ("intake", "0010_needs_as_corrected"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            "draft",
            "firm",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="firms.firm"
            ),
        ),
        migrations.AddField("draft", "held_since", models.DateTimeField(null=True)),
        migrations.AddField(
            "draft",
            "held_before",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
        migrations.AddConstraint(
            "draft",
            models.CheckConstraint(
                condition=models.Q(firm=None, held_since=None, held_before=None)
                | models.Q(firm__isnull=False, held_since__isnull=False),
                name="intake_draft_held",
            ),
        ),
        migrations.RunSQL(NOW, BEFORE),
    ]
