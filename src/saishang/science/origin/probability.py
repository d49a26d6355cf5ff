"""Conditional probability of high concentrations by wind: CPF by sector, CBPF by sector and speed.

CPF = m / n: of the n hours (or days) with wind from a sector, the share m in which the concentration is above a
percentile of the whole set (Ashbaugh, Malm & Sadeh 1985, Atmospheric Environment 19:1263). CBPF takes classes of speed
besides (Uria-Tellaetxe & Carslaw 2014, Environmental Modelling & Software 59:1). Each share has Wilson's interval
(1927); cells with fewer than a least count have none.

Hours and days follow one another, so Wilson's interval is too narrow for "this sector stands out". That is asked of the
data themselves: the concentrations are turned against the wind by every long enough shift, which keeps the memory of
both series and breaks their tie, and the largest excess of all sectors in each turn is what chance reaches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from saishang.science.numbers import InputError
from saishang.science.origin.wind import CALM, Floats, Ints

__all__ = ["Cell", "Conditional", "conditional", "excess_p", "threshold_of", "wilson"]


@dataclass(frozen=True)
class Cell:
    """One sector or cell.

    Attributes
    ----------
    count, above:
        n and m.
    share, low, high:
        m / n and Wilson's interval; None below the least count.
    p:
        Share of the turns in which chance alone reached this excess somewhere; None where it was not asked.
    """

    count: int
    above: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None


@dataclass(frozen=True)
class Conditional:
    """Shares by cell, the threshold, the share over all cells, and what was left out.

    Attributes
    ----------
    used, calm, no_wind, no_value:
        Pairs in a cell; pairs in calm; values without wind; winds without value.
    shifts:
        How many turns the test had; 0 = not asked, or the series is too short.
    """

    threshold: float
    overall: float
    cells: tuple[Cell, ...]
    used: int
    calm: int
    no_wind: int
    no_value: int
    shifts: int


def wilson(above: int, count: int, level: float) -> tuple[float, float]:
    """Wilson's score interval of a share at a two-sided level (0.95 …).

    >>> tuple(round(edge, 4) for edge in wilson(5, 10, 0.95))
    (0.2366, 0.7634)
    """
    if not 0 <= above <= count or count < 1:
        raise InputError(f"A share needs 0 ≤ m ≤ n and n ≥ 1, got m = {above}, n = {count}.", fix="Check the counts.")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share, square = above / count, z * z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = z * math.sqrt(share * (1 - share) / count + square / (4 * count**2)) / (1 + square / count)
    # At the ends the formula gives 0 and 1 but for rounding.
    return 0.0 if not above else middle - half, 1.0 if above == count else middle + half


def threshold_of(values: Floats, percentile: float) -> float:
    """The percentile of the known values (linear between order statistics)."""
    known = values[~np.isnan(values)]
    if not len(known):
        raise InputError("There is no value to take a percentile of.", fix="Load measurements of this item.")
    return float(np.percentile(known, percentile))


def conditional(
    values: Floats, cell: Ints, cells: int, percentile: float, *, least: int, level: float, gap: int = 0
) -> Conditional:
    """CPF or CBPF: of the pairs in each cell, how many lie above the percentile of all pairs.

    Parameters
    ----------
    values:
        Concentrations in the order of time, NaN where missing.
    cell:
        Cell of the wind at the same times: 0 … cells − 1, `CALM`, `MISSING`.
    least:
        Cells with fewer pairs have no share.
    gap:
        Smallest shift of the test of chance [steps]; 0 = no test. Shifts need three times as many steps.
    """
    known = ~np.isnan(values)
    paired = known & (cell >= 0)
    among = known & ((cell >= 0) | (cell == CALM))
    if not paired.any():
        raise InputError("No hour or day has both a value and a wind.", fix="Load wind and measurements of one time.")
    limit = threshold_of(np.where(among, values, np.nan), percentile)
    with np.errstate(invalid="ignore"):
        high = paired & (values > limit)
    count = np.bincount(cell[paired], minlength=cells)
    above = np.bincount(cell[high], minlength=cells)
    overall = float(above.sum() / count.sum())
    chance, shifts = excess_p(high, paired, cell, cells, least=least, gap=gap) if gap else ([None] * cells, 0)
    made = []
    for number in range(cells):
        n, m = int(count[number]), int(above[number])
        if n < least:
            made.append(Cell(n, m))
            continue
        low, up = wilson(m, n, level)
        made.append(Cell(n, m, m / n, low, up, chance[number]))
    return Conditional(
        threshold=limit, overall=overall, cells=tuple(made), used=int(paired.sum()),
        calm=int((known & (cell == CALM)).sum()), no_wind=int((known & (cell < CALM)).sum()),
        no_value=int((~known & (cell >= CALM)).sum()), shifts=shifts,
    )  # fmt: skip


def excess_p(
    high: np.ndarray, known: np.ndarray, cell: Ints, cells: int, *, least: int, gap: int
) -> tuple[list[float | None], int]:
    """How often chance reaches each cell's excess anywhere, over all circular shifts of at least `gap` steps.

    The excess is (m − n·p) / √(n·p·(1 − p)) with the share p of all pairs. All shifts at once by the Fourier transform:
    the counts of a cell under every shift are a circular correlation.
    """
    size = len(cell)
    if gap < 1 or size < 3 * gap:
        return [None] * cells, 0
    p = high.sum() / max(1, known.sum())
    if not 0 < p < 1:
        return [None] * cells, 0
    inside = np.zeros((cells, size))
    blowing = cell >= 0
    inside[cell[blowing], np.nonzero(blowing)[0]] = 1.0
    turned = np.conj(np.fft.rfft(inside, axis=1))
    above = np.rint(np.fft.irfft(turned * np.fft.rfft(high.astype(float)), size, axis=1))
    count = np.rint(np.fft.irfft(turned * np.fft.rfft(known.astype(float)), size, axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        excess = (above - count * p) / np.sqrt(count * p * (1 - p))
    excess = np.where(count >= least, excess, -np.inf)
    most = excess[:, gap : size - gap + 1].max(axis=0)
    shifts = len(most)
    found: list[float | None] = []
    for number in range(cells):
        observed = excess[number, 0]
        found.append(None if np.isinf(observed) else float((1 + (most >= observed - 1e-9).sum()) / (1 + shifts)))
    return found, shifts
