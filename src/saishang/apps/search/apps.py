"""Django's handle on the app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

__all__ = ["SearchConfig"]


class SearchConfig(AppConfig):
    """App `search`."""

    name = "saishang.apps.search"
    label = "search"

    def ready(self) -> None:
        """Find what the apps declare in their modules `search`, and take in what every logged action changes."""
        from saishang.apps.core.actions import changed
        from saishang.apps.search.actions.update import after_commit

        autodiscover_modules("search")
        changed.connect(after_commit, dispatch_uid="search")
        post_migrate.connect(_watch, sender=self, dispatch_uid="search")


def _watch(**_given: Any) -> None:
    """Put the triggers on the tables that providers watch, once all tables are there."""
    from saishang.apps.search.watch import install

    install()
