from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "casetrack.ledger"
    verbose_name = "Ledger"
