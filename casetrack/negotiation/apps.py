from django.apps import AppConfig


class NegotiationConfig(AppConfig):
    name = "casetrack.negotiation"
    verbose_name = "Negotiation"
