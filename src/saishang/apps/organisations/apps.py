"""Django's handle on organisations."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """Organisations and people."""

    name = "saishang.apps.organisations"
    label = "organisations"
