from django.apps import AppConfig


class BodiesConfig(AppConfig):
    name = "casetrack.bodies"
    verbose_name = "Bodies"
