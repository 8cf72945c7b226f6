from django.apps import AppConfig


class MediationConfig(AppConfig):
    name = "casetrack.mediation"
    verbose_name = "Mediation"

    def ready(self) -> None:
        from casetrack.mediation import sentences  # noqa: F401  (gives the timeline its words)
