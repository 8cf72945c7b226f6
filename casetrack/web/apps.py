from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "casetrack.web"
    verbose_name = "Web"
