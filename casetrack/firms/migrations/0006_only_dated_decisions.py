"""The undated targets and closed days go; 0005 has carried them over (in a transaction of its own)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("firms", "0005_dated_decisions")]

    operations = [
        migrations.RemoveField("firm", "clock_targets"),
        migrations.RemoveField("firm", "closed_days"),
    ]
