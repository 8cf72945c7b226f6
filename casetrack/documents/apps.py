from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "casetrack.documents"
    verbose_name = "Documents"
