"""Who may read what in a case, said as lists of who may: a mediator reads what both sides may read, and writes nothing.

Until now most rules said what the victim may not read; a further audience would have read it all.
"""

from django.db import migrations

from casetrack.lib.rls import change_case_policy, mediators_read_only

INSIDE = "casetrack_inside()"
SIDES = "casetrack_inside() or casetrack_audience() = 'victim'"
TOLD = """casetrack_inside() or exists (
  select 1 from assessment_assessment a where a.reduced_by_id = assessment_reduction.id and a.is_issued)"""
WAS_NOT_TOLD = """casetrack_audience() = 'victim' and not exists (
  select 1 from assessment_assessment a where a.reduced_by_id = assessment_reduction.id and a.is_issued)"""
NOT_VICTIM = "casetrack_audience() = 'victim'"
# What a mediator reads of a case and never writes. The case itself is locked by a mediator's acts, so its own policy
# lets a mediator lock it and change nothing.
READ = (
    "assessment_assessedaccount", "assessment_assessment", "assessment_reduction", "cases_accessdecision",
    "cases_bulkact", "cases_compromisedaccount", "cases_executionanswer", "cases_marginliquidation",
    "cases_marginliquidation_positions", "cases_unauthorizedtrade", "correspondence_message", "correspondence_note",
    "documents_document", "evidence_evidencefile", "evidence_request", "intake_addition", "intake_claimcode",
    "ledger_account", "ledger_attribution", "ledger_execution", "ledger_executionrevision",
    "negotiation_countersignature", "negotiation_interimmeasure", "negotiation_legalbasis", "negotiation_offer",
    "negotiation_payment", "negotiation_restorationinstruction", "negotiation_settlement", "negotiation_transferline",
    "people_victim",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("bodies", "0001_initial"),
        ("assessment", "0006_reductions"),
        ("cases", "0007_handed_to_a_body"),
        ("correspondence", "0002_row_security"),
        ("documents", "0002_row_security"),
        ("evidence", "0004_row_security_of_uploads"),
        ("intake", "0008_additions"),
        ("negotiation", "0010_restoration_instructions"),
    ]
    operations = [
        change_case_policy("cases_event", f"{INSIDE} or is_public", unless=f"{NOT_VICTIM} and not is_public"),
        change_case_policy("cases_accessdecision", SIDES),
        change_case_policy(
            "cases_bulkact",
            f"{INSIDE} or (casetrack_audience() = 'victim' and kind = 'answers')",
            unless=f"{NOT_VICTIM} and kind <> 'answers'",
        ),
        change_case_policy("correspondence_note", INSIDE, unless=NOT_VICTIM),
        change_case_policy("documents_document", f"{INSIDE} or is_public", unless=f"{NOT_VICTIM} and not is_public"),
        change_case_policy("assessment_assessment", f"{INSIDE} or is_issued", unless=f"{NOT_VICTIM} and not is_issued"),
        change_case_policy("assessment_reduction", TOLD, unless=WAS_NOT_TOLD),
        change_case_policy(
            "negotiation_offer",
            f"{INSIDE} or party = 'victim' or opened_at is not null",
            unless=f"{NOT_VICTIM} and party = 'firm' and opened_at is null",
        ),
        change_case_policy(
            "negotiation_interimmeasure",
            f"{INSIDE} or status not in ('proposed', 'returned')",
            unless=f"{NOT_VICTIM} and status in ('proposed', 'returned')",
        ),
        change_case_policy("negotiation_legalbasis", SIDES),
        change_case_policy("negotiation_payment", SIDES),
        change_case_policy("negotiation_restorationinstruction", SIDES),
        change_case_policy("negotiation_transferline", INSIDE, unless=NOT_VICTIM),
        change_case_policy("intake_claimcode", INSIDE, unless=NOT_VICTIM),
        *(mediators_read_only(table) for table in READ),
    ]
