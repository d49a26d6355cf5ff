"""Django's handle on supervision."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Cases, findings, coordination, duties, bulletins."""

    name = "saishang.apps.supervision"
    label = "supervision"
