from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "casetrack.correspondence"
    verbose_name = "Correspondence"
