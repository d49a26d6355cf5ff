"""Django's handle on reports."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Official documents and the annual reports that are kept."""

    name = "saishang.apps.reports"
    label = "reports"
