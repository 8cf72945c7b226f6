from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "casetrack.notifications"
    verbose_name = "Notifications"
