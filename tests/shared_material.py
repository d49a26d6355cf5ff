"""The reference material beside the repository, for tests that compare with it; absent on a user's machine."""

from __future__ import annotations

from pathlib import Path

import pytest

__all__ = ["SHARED", "shared"]

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(relative: str) -> Path:
    """Path of a file of the reference material; skips the test when it is not there."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"reference material is not here: {relative}")
    return path
