"""Django's handle on the front door (templates, tags, translations)."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The portal."""

    name = "saishang.web"
    label = "web"
