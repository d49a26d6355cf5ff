"""WSGI entry point for a web server."""

from __future__ import annotations

import atexit
import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saishang.web.settings")
application = get_wsgi_application()


def _warm() -> None:
    """Read in before the server forks what every first request would wait for: the pages and the rules."""
    from django.urls import get_resolver

    from saishang.apps.indicators.queries import catalogue
    from saishang.web.pages.site import rules

    _pages = get_resolver().url_patterns
    rules()
    catalogue()
    # What is read here stays: a full collection would go through half a million objects of rules each time, a third of
    # a second in which nobody is answered, and would make each process a copy of them.
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # or libraries in C++ complain of what is never let go


_warm()
