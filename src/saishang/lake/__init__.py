"""Observations at scale: archive, readers, ledger, quality control, gaps, engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from saishang.lake.lake import Lake
    from saishang.lake.ledger import Batch

__all__ = ["Batch", "Lake"]


def __getattr__(name: str) -> Any:
    """Bring in what is asked for: the engines alone need neither readers nor ledger, which cost a third of a second."""
    if name == "Lake":
        from saishang.lake.lake import Lake

        return Lake
    if name == "Batch":
        from saishang.lake.ledger import Batch

        return Batch
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
