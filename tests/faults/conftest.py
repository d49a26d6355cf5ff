"""Runs `runner.py` in a process of its own on the test database."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lake.conftest import lake, rules

__all__ = ["Run", "lake", "rules", "run"]

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path, dsn: str) -> Run:
    """`run(command, **settings)` → what the command found."""

    def call(command: str, *, seconds: float = 200, **settings: Any) -> dict[str, Any]:
        config = {"root": str(tmp_path), "dsn": dsn, **settings}
        done = subprocess.run(
            [sys.executable, str(Path(__file__).parent / "runner.py"), command, json.dumps(config)],
            capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return dict(json.loads(done.stdout))

    return call
