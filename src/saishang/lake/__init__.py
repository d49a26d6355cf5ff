"""Observations at scale: archive, readers, ledger, quality control, gaps, engines."""

from __future__ import annotations

from saishang.lake.lake import Lake
from saishang.lake.ledger import Batch

__all__ = ["Batch", "Lake"]
