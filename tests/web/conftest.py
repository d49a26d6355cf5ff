"""One filled portal for the module that asks for it; answers without their pages."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.http import HttpRequest, HttpResponse

from tests.portal import Portal, made_portal


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Portal]:
    with django_db_blocker.unblock(), made_portal(tmp_path_factory.mktemp("portal")) as made:
        yield made


@pytest.fixture
def terse_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """403 without its page and its traceback in the log, where a table asks a thousand times for the status alone.

    The page itself is read in test_access.py.
    """
    from saishang.web import urls

    def refusal(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        return HttpResponse(status=403)

    monkeypatch.setattr(urls, "handler403", refusal)
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)


@contextmanager
def unrendered() -> Iterator[None]:
    """Answers with their status and no page: for what is judged by the rows that it leaves."""
    with patch("django.shortcuts.loader.render_to_string", return_value=""):
        yield
