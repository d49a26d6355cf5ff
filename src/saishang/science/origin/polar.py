"""Concentrations on the plane of wind (u, v): the smooth picture behind a bivariate polar plot.

Carslaw, Beevers, Ropkins & Bell (2006, Atmospheric Environment 40:5424) and Carslaw & Beevers (2013, Environmental
Modelling & Software 40:325) smooth with a generalised additive model. Here a Gaussian kernel with a stated bandwidth
does it (Nadaraya–Watson, as in non-parametric wind regression, Henry, Chang & Spiegelman 2002, Atmospheric
Environment 36:2237): one setting, whose support at each place can be counted and told.

Winds are put into square cells first; sums and counts of the cells are smoothed, so that each cell weighs by its count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from saishang.science.numbers import InputError
from saishang.science.origin.wind import Floats, Ints

__all__ = ["Plane", "plane"]


@dataclass(frozen=True)
class Plane:
    """The plane.

    Attributes
    ----------
    centres:
        Middles of the cells along both axes [m/s], where the wind comes from: first axis to the east, second to the
        north, so that an east wind lies on the right (−u, −v).
    mean:
        Smoothed mean [east, north]; NaN where the support is below the least.
    support:
        Pairs within one bandwidth along both axes: what a cell's mean chiefly rests on.
    count:
        Pairs in the cell itself.
    beyond:
        Pairs with more wind than the plane reaches; they are left out.
    """

    centres: Floats
    mean: Floats
    support: Ints
    count: Ints
    used: int
    beyond: int


def plane(
    values: Floats, u: Floats, v: Floats, *, reach: float, cell: float, bandwidth: float, least: int
) -> Plane:  # fmt: skip
    """Mean of values over where the wind comes from and how fast.

    Parameters
    ----------
    values, u, v:
        Of the same times; a pair with any of them missing (NaN) is left out. Give 0/1 for a probability (CBPF).
    reach, cell, bandwidth:
        Half width of the plane, size of a cell, standard deviation of the kernel [m/s].
    least:
        Support below which a cell stays blank.
    """
    if min(reach, cell, bandwidth, least) <= 0 or cell > reach:
        raise InputError("Reach, cell, bandwidth and least support must be above 0.", fix="Check the settings.")
    half = int(np.ceil(reach / cell))
    size = 2 * half + 1
    centres = (np.arange(size, dtype=np.float64) - half) * cell
    known = ~(np.isnan(values) | np.isnan(u) | np.isnan(v))
    # Half to the far side in both directions, so that the picture has no preferred side.
    east, north = (np.sign(-w[known]) * np.floor(np.abs(w[known]) / cell + 0.5) for w in (u, v))
    inside = np.hypot(u[known], v[known]) <= reach
    at = ((east[inside] + half).astype(np.int64), (north[inside] + half).astype(np.int64))
    count = np.zeros((size, size))
    total = np.zeros((size, size))
    np.add.at(count, at, 1.0)
    np.add.at(total, at, values[known][inside])
    kernel = np.exp(-0.5 * ((centres[:, None] - centres[None, :]) / bandwidth) ** 2)
    near = (np.abs(centres[:, None] - centres[None, :]) <= bandwidth + 1e-9).astype(float)
    # Whole numbers, not kernel weights: a crowd three bandwidths away must not vouch for an empty corner.
    support = np.rint(near @ count @ near).astype(np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (kernel @ total @ kernel) / (kernel @ count @ kernel)
    round_edge = np.hypot(centres[:, None], centres[None, :]) <= reach + 1e-9
    shown = (support >= least) & round_edge
    return Plane(
        centres, np.where(shown, mean, np.nan), support, count.astype(np.int64), int(inside.sum()),
        int((~inside).sum()),
    )  # fmt: skip
