"""What it takes to compute a run again: versions and digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import saishang
from saishang import __version__

__all__ = ["code_version", "digest"]

#: Floors whose code decides the digits of a run.
_FLOORS = ("science", "lake", "apps/indicators", "rules")


@lru_cache(maxsize=1)
def code_version() -> str:
    """Package version and a digest of the code that decides the digits, the same in a checkout and in a wheel."""
    root = Path(saishang.__file__).parent
    seal = hashlib.sha256()
    for floor in _FLOORS:
        for path in sorted((root / floor).rglob("*.py")):
            seal.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{__version__}+{seal.hexdigest()[:12]}"


def digest(content: Mapping[str, Any] | Iterable[Any]) -> str:
    """sha256 over the canonical JSON of `content` (numbers as text, so that digits count, not floats)."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
