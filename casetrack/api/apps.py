from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "casetrack.api"
    verbose_name = "API"
