from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessment", "0004_policy_life")]
    operations = [
        migrations.AddField("compensationpolicy", "returned_because", models.TextField(blank=True, default="")),
        migrations.AlterField("compensationpolicy", "returned_because", models.TextField(blank=True)),
    ]
