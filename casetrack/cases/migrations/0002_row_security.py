"""Row-level security of cases, and of the tables below that are seen through a case (victims, ledgers)."""

from django.db import migrations

from casetrack.lib.rls import append_only, case_row_security, no_delete, row_security

SEES_VICTIM = "casetrack_own(user_id) or exists (select 1 from cases_case c where c.victim_id = people_victim.id)"
# A victim sees the ledger of an account once the firm has linked it to the victim's case and stands by the access.
SEES_ACCOUNT = (
    "casetrack_in_scope(firm_id, null) or exists (select 1 from cases_compromisedaccount i"
    " where i.account_id = ledger_account.id and i.access = 'confirmed')"
)
SEES_ROW_OF_ACCOUNT = "exists (select 1 from ledger_account a where a.id = ledger_execution.account_id)"
SEES_ROW_OF_EXECUTION = "exists (select 1 from ledger_execution e where e.id = {table}.execution_id)"
SEES_LINK = "exists (select 1 from cases_marginliquidation m where m.id = marginliquidation_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("audit", "0002_hash_chain"),
        ("people", "0002_scope"),
        ("ledger", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL("create sequence cases_reference;", "drop sequence cases_reference;"),
        row_security("cases_case", "casetrack_in_scope(firm_id, victim_user_id)"),
        case_row_security("cases_event", "casetrack_audience() = 'victim' and not is_public"),
        case_row_security("cases_compromisedaccount"),
        case_row_security("cases_accessdecision"),
        case_row_security("cases_unauthorizedtrade"),
        case_row_security("cases_executionanswer"),
        case_row_security("cases_marginliquidation"),
        row_security("cases_marginliquidation_positions", SEES_LINK),
        row_security("people_victim", SEES_VICTIM),
        row_security("ledger_importbatch", "casetrack_in_scope(firm_id, null)"),
        row_security("ledger_account", SEES_ACCOUNT, "casetrack_in_scope(firm_id, null)"),
        row_security("ledger_execution", SEES_ROW_OF_ACCOUNT),
        row_security("ledger_executionrevision", SEES_ROW_OF_EXECUTION.format(table="ledger_executionrevision")),
        row_security("ledger_attribution", SEES_ROW_OF_EXECUTION.format(table="ledger_attribution")),
        append_only("cases_event"),
        append_only("cases_accessdecision"),
        append_only("ledger_attribution"),
        append_only("ledger_executionrevision"),
        no_delete("cases_case"),
        no_delete("cases_compromisedaccount"),
        no_delete("ledger_account"),
        no_delete("ledger_execution"),
    ]
