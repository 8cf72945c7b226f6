"""That the index of a bundle was given out: the system alone writes and reads it, for the public page that confirms."""

import django.db.models.deletion
from django.db import migrations, models

from casetrack.lib.rls import append_only, row_security

SYSTEM = "casetrack_audience() = 'system'"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0009_mediators_own_steps"),
        ("documents", "0003_every_language"),
        ("audit", "0002_hash_chain"),
    ]

    operations = [
        migrations.CreateModel(
            name="BundleIndex",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dated", models.DateTimeField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=120)),
                ("sha256", models.CharField(max_length=64)),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["sha256"], name="documents_index_content"),
                    models.Index(fields=["case", "fingerprint"], name="documents_index_fingerprint"),
                ],
            },
        ),
        row_security("documents_bundleindex", SYSTEM),
        append_only("documents_bundleindex"),
    ]
