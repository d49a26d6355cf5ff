"""Django's handle on the core app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Action log and sign-in guard."""

    name = "saishang.apps.core"
    label = "core"
