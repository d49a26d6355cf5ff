"""Django's handle on the app."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """App `indicators`."""

    name = "saishang.apps.indicators"
    label = "indicators"
