"""A live server over a filled portal, and a browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browser import ARGUMENTS, chromium
from tests.portal import Portal, made_portal

# Playwright's sync interface runs a loop in this thread; Django would refuse the database because of it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[..., Browser]]:
    """Start a browser with further arguments; all are closed at the end."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine (CHROMIUM_PATH names one)")
    with sync_playwright() as playwright:
        started: list[Browser] = []

        def start(*arguments: str) -> Browser:
            started.append(playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *arguments]))
            return started[-1]

        yield start
        for browser in started:
            browser.close()


@pytest.fixture(scope="module")
def browser(launch: Callable[..., Browser]) -> Browser:
    return launch()


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[str, Portal]]:
    """(address, what is in it) of a server on a port of its own."""
    from django.db import connections
    from pytest_django.live_server_helper import LiveServer

    with django_db_blocker.unblock(), made_portal(tmp_path_factory.mktemp("e2e")) as portal:
        server = LiveServer("127.0.0.1")
        try:
            yield server.url, portal
        finally:
            server.stop()
    # While Playwright's loop runs, Django keeps the connections of this thread apart from those of before and after:
    # nobody would find this one again, and the test database could not be dropped.
    with django_db_blocker.unblock():
        connections.close_all()
