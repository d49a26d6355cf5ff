"""Django's handle on the app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """App `jobs`."""

    name = "saishang.apps.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Let every app declare its kinds of jobs in a module `jobs`."""
        autodiscover_modules("jobs")
