from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "casetrack.web"
    verbose_name = "Web"

    def ready(self) -> None:
        # Composes the receipt, in the words of the report's pages, for `documents` to issue.
        from casetrack.web.report import receipt  # noqa: F401
