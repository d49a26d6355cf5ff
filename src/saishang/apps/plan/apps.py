"""Django's handle on the app."""

from django.apps import AppConfig


class PlanConfig(AppConfig):
    """App `plan`."""

    name = "saishang.apps.plan"
    label = "plan"
