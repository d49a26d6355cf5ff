"""Django's handle on the app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NoticesConfig(AppConfig):
    """App `notices`."""

    name = "saishang.apps.notices"
    label = "notices"

    def ready(self) -> None:
        """Let every app declare its kinds of notices and its providers of due things in a module `reminders`."""
        autodiscover_modules("reminders")
