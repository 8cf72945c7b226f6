from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "casetrack.reports"
    verbose_name = "Reports"
