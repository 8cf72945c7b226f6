from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "casetrack.intake"
    verbose_name = "Intake"
