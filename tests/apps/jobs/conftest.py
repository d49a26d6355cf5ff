"""A site with an empty lake on the test database, empty queues, and kinds of jobs made for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from saishang.apps.jobs.kinds import Kind, Step, kinds, register
from saishang.apps.jobs.work import STOPPING, Work
from saishang.apps.observations import queries
from saishang.errors import SaishangError
from saishang.lake import Lake


@pytest.fixture
def lake(tmp_path: Path, dsn: str, settings: Any) -> Lake:
    settings.CONFIG = replace(
        settings.CONFIG, var=tmp_path, lake=tmp_path / "lake", archive=tmp_path / "archive", keep_days=30
    )
    with connection.cursor() as cursor:  # not Django's own tables: nobody empties them after a test
        cursor.execute("truncate procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers cascade")
    return queries.site_lake()


@pytest.fixture(autouse=True)
def made_kinds() -> Iterator[None]:
    """`count` counts to three; `break` fails; `crash` raises what nobody foresaw."""

    def count(work: Work) -> dict[str, Any]:
        for number in range(3):
            work.progress("one" if number < 2 else "two", done=number / 2, rows=number)
        return {"counted": 3}

    def fail(work: Work) -> dict[str, Any]:
        raise SaishangError("expected a sail, got a rope", fix="hoist a sail", where="mast", code="no-sail")

    def crash(work: Work) -> dict[str, Any]:
        return {"x": 1 // 0}

    before = dict(kinds())
    steps = {"one": Step("一", "one"), "two": Step("二", "two", 40)}
    for name, work in (("count", count), ("break", fail), ("crash", crash)):
        register(Kind(name, name, name, work, steps, permission="start_jobs"))
    STOPPING.clear()
    yield
    STOPPING.clear()
    kinds().clear()  # type: ignore[attr-defined]
    kinds().update(before)  # type: ignore[attr-defined]


@pytest.fixture
def people(dsn: str) -> dict[str, Any]:
    make = get_user_model().objects.create_user
    return {name: make(username=name, password="not used here", role=role) for name, role in (
        ("viewer", "viewer"), ("editor", "editor"), ("other", "editor"), ("admin", "admin"))}  # fmt: skip
