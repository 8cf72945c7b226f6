from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "casetrack.people"
    verbose_name = "People"
