from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "casetrack.market"
    verbose_name = "Market"
