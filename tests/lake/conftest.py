"""A lake in a temporary folder on the test database, and small files in the layouts of the sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from saishang.lake import Lake
from saishang.rules import Rules, load_rules


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load_rules()


@pytest.fixture
def lake(tmp_path: Path, dsn: str, rules: Rules) -> Lake:
    found = Lake(tmp_path / "lake", tmp_path / "archive", dsn, rules)
    found.prepare()
    return found
