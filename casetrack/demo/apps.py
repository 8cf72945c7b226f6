from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "casetrack.demo"
    verbose_name = "Demo"
