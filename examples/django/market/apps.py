"""The time bank itself."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "market"
