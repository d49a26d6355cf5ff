"""Wind as numbers: the direction it comes from, components, sectors, classes of speed, and calm.

Direction is meteorological: degrees clockwise from north, from where the wind blows; 360 and 0 are the same north.
Components are mathematical: u to the east, v to the north, so a north wind has v below zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saishang.science.numbers import InputError

__all__ = [
    "CALM",
    "MISSING",
    "Floats",
    "Ints",
    "Rose",
    "components",
    "direction_of",
    "rose",
    "sector_of",
    "speed_class",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Codes of `sector_of` beside the sectors 0 … n − 1.
CALM = -1
MISSING = -2


def components(speed: Floats, direction: Floats) -> tuple[Floats, Floats]:
    """Components (u, v) [m/s] of a wind with this speed [m/s] from this direction [°]; NaN where either is missing."""
    angle = np.radians(np.asarray(direction, dtype=float))
    return -speed * np.sin(angle), -speed * np.cos(angle)


def direction_of(u: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Speed [m/s] and direction [0 … 360°) of components; without any wind the direction is missing."""
    u, v = np.asarray(u, dtype=float), np.asarray(v, dtype=float)
    speed = np.hypot(u, v)
    # The remainder of a tiny negative angle rounds up to 360 itself.
    turned = np.degrees(np.arctan2(-u, -v)) % 360.0
    return speed, np.where(speed > 0, np.where(turned >= 360.0, 0.0, turned), np.nan)


def sector_of(speed: Floats, direction: Floats, sectors: int, calm_below: float) -> Ints:
    """Number of the sector of each wind, `CALM` or `MISSING`.

    Sector 0 is centred on north and the numbers go clockwise; a direction on an edge belongs to the sector that begins
    there. A speed below `calm_below` is calm, one equal to it is not; calm needs no direction.

    Raises
    ------
    InputError
        For fewer than four sectors, and directions outside 0 … 360.
    """
    if sectors < 4:
        raise InputError(f"Expected at least 4 wind sectors, got {sectors}.", fix="Use 8, 16 or 36.")
    speed, direction = np.asarray(speed, dtype=float), np.asarray(direction, dtype=float)
    if np.any((direction < 0) | (direction > 360)):
        raise InputError("A wind direction lies outside 0 … 360°.", fix="Give degrees clockwise from north.")
    width = 360.0 / sectors
    with np.errstate(invalid="ignore"):
        number = np.floor(((direction + width / 2) % 360.0) / width)
        still = speed < calm_below
    # Division may round the last edge up to one sector too many.
    found = np.where(np.isnan(number), MISSING, np.minimum(np.nan_to_num(number), sectors - 1))
    found = np.where(still, CALM, found)
    return np.where(np.isnan(speed), MISSING, found).astype(np.int64)


def speed_class(speed: Floats, edges: Sequence[float]) -> Ints:
    """Class of each speed: 0 below the first edge, an edge itself belongs to the class above it; −2 where missing."""
    if list(edges) != sorted(set(edges)):
        raise InputError("The edges of the speed classes must rise.", fix="Sort them and leave out doubles.")
    speed = np.asarray(speed, dtype=float)
    found = np.searchsorted(np.asarray(edges, dtype=float), np.nan_to_num(speed), side="right")
    return np.where(np.isnan(speed), MISSING, found).astype(np.int64)


@dataclass(frozen=True)
class Rose:
    """How often the wind came from where: counts[sector, class], calm, and what had no wind."""

    counts: Ints
    calm: int
    missing: int

    @property
    def known(self) -> int:
        """Winds that are known, calm ones among them."""
        return int(self.counts.sum()) + self.calm


def rose(speed: Floats, direction: Floats, sectors: int, edges: Sequence[float], calm_below: float) -> Rose:
    """Counts of a wind rose (or, of a selection of days, of a pollution rose)."""
    sector = sector_of(speed, direction, sectors, calm_below)
    classes = speed_class(speed, edges)
    counts = np.zeros((sectors, len(edges) + 1), dtype=np.int64)
    blowing = sector >= 0
    np.add.at(counts, (sector[blowing], classes[blowing]), 1)
    return Rose(counts, int((sector == CALM).sum()), int((sector == MISSING).sum()))
