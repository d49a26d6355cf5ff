"""Two people with addresses, a kind of notice of each sort, registries that are as before afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model

from saishang.apps.jobs.work import STOPPING
from saishang.apps.notices import kinds as registry
from saishang.apps.notices import providers as sources
from saishang.apps.notices.kinds import Family, NoticeKind, register, register_family
from saishang.apps.organisations.models import User


@pytest.fixture(autouse=True)
def registries() -> Iterator[None]:
    kept = [dict(known) for known in (registry._FAMILIES, registry._KINDS, sources._PROVIDERS)]
    for name in ("once", "daily", "off"):
        register_family(Family(f"f-{name}", f"类{name}", f"family {name}", name))  # type: ignore[arg-type]
        register(NoticeKind(f"k-{name}", f"f-{name}", lambda params: (f"事 {params['n']}", f"thing {params['n']}")))
    STOPPING.clear()
    yield
    for known, before in zip((registry._FAMILIES, registry._KINDS, sources._PROVIDERS), kept, strict=True):
        known.clear()  # type: ignore[attr-defined]
        known.update(before)  # type: ignore[attr-defined]


@pytest.fixture
def two(db: None) -> tuple[User, User]:
    make = get_user_model().objects.create_user
    return make("wang", email="wang@example.org", role="member"), make("li", email="li@example.org", role="member")
