"""One link of a chain (追溯链), the shape that every medium's chain has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Link"]


@dataclass(frozen=True)
class Link:
    """One link of the chain. `facts` are label-free (key → value); pages and the command line put words to the keys."""

    kind: str
    name: str
    value: str = ""
    unit: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    children: tuple[Link, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)
