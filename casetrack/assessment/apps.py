from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "casetrack.assessment"
    verbose_name = "Assessment"
