from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "casetrack.documents"
    verbose_name = "Documents"

    def ready(self) -> None:
        # The composers register themselves for the acts after which they write.
        from casetrack.documents import bundle, letters  # noqa: F401
