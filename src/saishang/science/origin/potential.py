"""Over which cells the air of polluted days passed: PSCF, the potential source contribution function.

PSCF = m / n: of the n ends of path segments in a cell, the share m of paths that arrived with a concentration above a
criterion (Zeng & Hopke 1989, Atmospheric Environment 23:1499). Cells with few ends are pulled down by an arbitrary
weight, as is the custom (Polissar, Hopke & Harris 2001, Environmental Science & Technology 35:4604); cells crossed by
fewer than a least number of days have no value at all, because the ends of one day are one observation and not
twenty-four.

Whether a cell stands out is asked as in `probability`: the arrivals are turned against the paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from saishang.science.numbers import InputError
from saishang.science.origin.trajectory import Paths
from saishang.science.origin.wind import Floats, Ints

__all__ = ["Potential", "PotentialCell", "ends_by_cell", "potential", "residence"]

#: Turns of the test of chance, spread evenly over all that are long enough.
_TURNS = 99


@dataclass(frozen=True)
class PotentialCell:
    """A cell: south-west corner [°], ends n, ends m of polluted days, days that crossed it, PSCF, weighted PSCF, p."""

    lon: float
    lat: float
    ends: int
    above: int
    days: int
    share: float | None
    weighted: float | None
    p: float | None


@dataclass(frozen=True)
class Potential:
    """Cells, the criterion, days used and above it, the share over all ends, mean ends per cell, turns of the test."""

    cells: tuple[PotentialCell, ...]
    threshold: float
    days: int
    above: int
    overall: float
    mean_ends: float
    shifts: int


def ends_by_cell(paths: Paths, size: float) -> tuple[Floats, list[tuple[int, int]]]:
    """Ends of each path by cell [path, cell], and the cells as whole numbers (lon // size, lat // size).

    The arrival itself (step 0) is no end: every path has it in the same cell.
    """
    if size <= 0:
        raise InputError("The size of a cell must be above 0.", fix="Give degrees.")
    lon, lat = paths.lon[:, 1:], paths.lat[:, 1:]
    known = ~np.isnan(lon)
    path = np.nonzero(known)[0]
    places = np.stack(
        [np.floor(lon[known] / size).astype(np.int64), np.floor(lat[known] / size).astype(np.int64)], axis=1
    )
    cells, at = np.unique(places, axis=0, return_inverse=True)
    counts = np.zeros((len(paths.lon), len(cells)))
    np.add.at(counts, (path, at.reshape(-1)), 1.0)
    return counts, [(int(x), int(y)) for x, y in cells]


def potential(
    counts: Floats, cells: Sequence[tuple[int, int]], values: Floats, size: float, percentile: float, *,
    least_days: int, weights: Sequence[tuple[float, float]], gap: int = 0,
) -> Potential:  # fmt: skip
    """PSCF of cells from the ends of paths and what they arrived with.

    Parameters
    ----------
    counts:
        Ends [path, cell] in the order of days; a path without any end, and a day without value, are left out.
    values:
        Concentration on arrival, NaN where missing.
    weights:
        (multiple of the mean ends per cell, weight): the weight of the highest multiple that a cell's ends exceed;
        below them all the last one, whose multiple is 0.
    gap:
        Smallest shift of the test of chance [days]; 0 = no test.
    """
    used = ~np.isnan(values) & (counts.sum(axis=1) > 0)
    if not used.any():
        raise InputError("No day has both a path and a value.", fix="Load wind and measurements of one time.")
    limit = float(np.percentile(values[used], percentile))
    high = (values > limit) & used
    ends = counts[used].sum(axis=0)
    above = counts[high].sum(axis=0)
    days = (counts[used] > 0).sum(axis=0)
    there = ends > 0
    mean_ends = float(ends[there].mean())
    chance, shifts = _chance(counts, high, used, days, least_days, gap)
    found = []
    for number, (x, y) in enumerate(cells):
        n, m, crossed = int(ends[number]), int(above[number]), int(days[number])
        if not n:
            continue
        enough = crossed >= least_days
        share = m / n if enough else None
        weight = next((w for multiple, w in sorted(weights, reverse=True) if n > multiple * mean_ends), 0.0)
        found.append(
            PotentialCell(
                x * size, y * size, n, m, crossed, share, None if share is None else share * weight,
                chance[number] if enough else None,
            )
        )  # fmt: skip
    overall = float(above.sum() / ends.sum())
    return Potential(tuple(found), limit, int(used.sum()), int(high.sum()), overall, mean_ends, shifts)


def _chance(
    counts: Floats, high: np.ndarray, used: np.ndarray, days: Floats, least: int, gap: int
) -> tuple[list[float | None], int]:
    """How often a turn of the polluted days against the paths reaches each cell's excess in any cell."""
    size, cells = counts.shape
    if not gap or size < 3 * gap or not 0 < high.sum() < used.sum():
        return [None] * cells, 0
    enough = days >= least
    if not enough.any():
        return [None] * cells, 0
    # A day weighs by the part of its path in the cell, so that a slow day is not a whole week.
    parts = (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0))[:, enough]
    shifts = np.unique(np.linspace(gap, size - gap, _TURNS).round().astype(np.int64))
    at = (np.arange(size)[None, :] - np.concatenate([[0], shifts])[:, None]) % size
    highs = high.astype(float)[at] @ parts
    knowns = parts.sum(axis=0)[None, :] if used.all() else used.astype(float)[at] @ parts
    squares = (parts**2).sum(axis=0)
    p = high.sum() / used.sum()
    excess = (highs - knowns * p) / np.sqrt(squares * p * (1 - p))
    most = excess[1:].max(axis=1)
    made: list[float | None] = [None] * cells
    for place, number in enumerate(np.nonzero(enough)[0]):
        made[int(number)] = float((1 + (most >= excess[0, place] - 1e-9).sum()) / (1 + len(most)))
    return made, len(most)


def residence(labels: Ints, high: np.ndarray, used: np.ndarray, size: int) -> tuple[Floats, Floats]:
    """Share of the time that the air spent over each region on polluted days and on all days, each adding up to 1.

    Parameters
    ----------
    labels:
        Number of the region of each end [path, step], below 0 where there is none.
    size:
        Number of regions.
    """
    found = []
    for rows in (high, used):
        there = labels[rows]
        counts = np.bincount(there[there >= 0], minlength=size).astype(float)
        found.append(counts / counts.sum() if counts.any() else counts)
    return found[0], found[1]
