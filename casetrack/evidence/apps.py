from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "casetrack.evidence"
    verbose_name = "Evidence"
