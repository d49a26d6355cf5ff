"""One filled portal for the module that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.portal import Portal, made_portal


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Portal]:
    with django_db_blocker.unblock(), made_portal(tmp_path_factory.mktemp("portal")) as made:
        yield made
