"""Django's handle on work."""

from django.apps import AppConfig


class ExecutionConfig(AppConfig):
    """Items, work plans, reports."""

    name = "saishang.apps.execution"
    label = "execution"
