from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "casetrack.cases"
    verbose_name = "Cases"
