"""Django's handle on the app."""

from django.apps import AppConfig


class PlanConfig(AppConfig):
    """Plan versions with their tasks, owners, targets and duties."""

    name = "saishang.apps.plan"
    label = "plan"
