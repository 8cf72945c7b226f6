from django.db import migrations

from casetrack.lib.rls import append_only, case_row_security, no_delete


class Migration(migrations.Migration):
    dependencies = [("negotiation", "0001_initial"), ("cases", "0002_row_security")]
    operations = [
        case_row_security(
            "negotiation_offer", "casetrack_audience() = 'victim' and party = 'firm' and opened_at is null"
        ),
        case_row_security("negotiation_settlement"),
        case_row_security("negotiation_payment"),
        append_only("negotiation_settlement"),
        no_delete("negotiation_offer"),
        no_delete("negotiation_payment"),
    ]
