from django.apps import AppConfig


class FirmsConfig(AppConfig):
    name = "casetrack.firms"
    verbose_name = "Firms"
