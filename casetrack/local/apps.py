from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "casetrack.local"
    verbose_name = "Local"

    def ready(self) -> None:
        from casetrack.local import checks  # noqa: F401  (registers them)
