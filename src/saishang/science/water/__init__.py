"""Surface water (地表水): classes, grades, indices, sources, blooms, flow; pure functions, exact until rounded."""

from __future__ import annotations

__all__: list[str] = []
