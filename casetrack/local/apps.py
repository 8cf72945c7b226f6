from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "casetrack.local"
    verbose_name = "Local"
