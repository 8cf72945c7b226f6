from django.apps import AppConfig


class CopiesConfig(AppConfig):
    name = "casetrack.copies"
    verbose_name = "Copies"
