"""What the browser needs to draw a chart, with the table that says the same in figures.

A chart is a mapping that `frontend/src/chart-kinds.js` understands; it travels as JSON inside the page. Sparklines are
drawn here as SVG, so that they print and show without scripts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from saishang.web.pages.tables import Table

__all__ = ["Chart", "MapView", "Spark", "spark"]

_WIDTH = 120.0
_HEIGHT = 32.0


@dataclass(frozen=True)
class Chart:
    """A chart. `name` is unique on the page; `label` is what a screen reader says; `table` carries the figures."""

    name: str
    label: str
    spec: Mapping[str, Any]
    table: Table | None = None
    size: str = ""
    open_table: bool = False


@dataclass(frozen=True)
class MapView:
    """A map of our own outlines and points; `table` says the same in words."""

    name: str
    label: str
    spec: Mapping[str, Any]
    table: Table | None = None


@dataclass(frozen=True)
class Spark:
    """Coordinates of a small path picture inside a box of 120 × 32."""

    way: str
    real: str
    dots: Sequence[tuple[str, str, bool]]
    goal: tuple[str, str] | None
    label: str


def spark(
    path: Sequence[tuple[int, Decimal]],
    history: Sequence[tuple[float, Decimal, bool]],
    label: str,
) -> Spark | None:
    """A small picture of the way to a target and what was measured; None when there is nothing to draw.

    Parameters
    ----------
    path:
        (year, expected value), the straight way from the baseline to the goal.
    history:
        (position in years, value, whether the value is valid).
    """
    xs = [float(x) for x, _ in path] + [x for x, _, _ in history]
    ys = [float(y) for _, y in path] + [float(y) for _, y, _ in history]
    if len(xs) < 2:
        return None
    x_low, x_high, y_low, y_high = min(xs), max(xs), min(ys), max(ys)

    def at(x: float, y: float) -> tuple[str, str]:
        across = (x - x_low) / (x_high - x_low) if x_high > x_low else 0.5
        up = (y - y_low) / (y_high - y_low) if y_high > y_low else 0.5
        return f"{4 + across * (_WIDTH - 8):.1f}", f"{_HEIGHT - 4 - up * (_HEIGHT - 8):.1f}"

    way = [at(float(x), float(y)) for x, y in path]
    real = [at(x, float(y)) for x, y, valid in history if valid]
    return Spark(
        way=" ".join(",".join(p) for p in way),
        real=" ".join(",".join(p) for p in real),
        dots=[(*at(x, float(y)), valid) for x, y, valid in history],
        goal=way[-1] if way else None,
        label=label,
    )
