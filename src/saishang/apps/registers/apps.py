"""Django's handle on the app."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """App `registers`."""

    name = "saishang.apps.registers"
    label = "registers"
