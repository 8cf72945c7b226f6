from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "casetrack.audit"
    verbose_name = "Audit log"
