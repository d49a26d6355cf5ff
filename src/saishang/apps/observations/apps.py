"""Django's handle on the app."""

from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    """App `observations`."""

    name = "saishang.apps.observations"
    label = "observations"
