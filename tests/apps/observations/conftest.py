"""A lake on Django's test database, in a temporary folder, found by `site_lake`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from saishang.apps.observations import queries
from saishang.lake import Lake


@pytest.fixture
def lake(tmp_path: Path, dsn: str, settings: Any) -> Lake:
    settings.CONFIG = replace(settings.CONFIG, lake=tmp_path / "lake", archive=tmp_path / "archive")
    return queries.site_lake()
