"""CPF: hand-counted shares, least counts, what is left out; planted and absent sources."""

from __future__ import annotations

import numpy as np
import pytest

from saishang.science.numbers import InputError
from saishang.science.origin.polar import plane
from saishang.science.origin.probability import conditional, threshold_of, wilson
from saishang.science.origin.wind import CALM, MISSING, components, sector_of

NAN = np.nan


def test_wilson_by_its_formula() -> None:
    # z = 1.959964, m/n = 0/10: high = z²/(n + z²) = 3.841459/13.841459
    low, high = wilson(0, 10, 0.95)
    assert low == 0 and high == pytest.approx(3.841459 / 13.841459, abs=1e-6)
    assert wilson(10, 10, 0.95)[0] == pytest.approx(10 / 13.841459, abs=1e-6)
    with pytest.raises(InputError):
        wilson(2, 1, 0.95)
    with pytest.raises(InputError):
        wilson(0, 0, 0.95)


def test_counts_by_hand() -> None:
    values = np.array([10, 20, 30, 40, 50, 60, NAN, 70, 80.0])
    cell = np.array([0, 0, 0, 1, 1, 1, 1, CALM, MISSING])
    found = conditional(values, cell, 3, 50, least=3, level=0.95)
    # The percentile is of pairs and calm alike: 10 … 70, median 40; above it 50, 60.
    assert found.threshold == 40
    assert [(c.count, c.above) for c in found.cells] == [(3, 0), (3, 2), (0, 0)]
    assert found.cells[0].share == 0 and found.cells[1].share == pytest.approx(2 / 3)
    assert found.cells[2].share is None and found.cells[2].low is None
    assert (found.used, found.calm, found.no_wind, found.no_value) == (6, 1, 1, 1)
    assert found.overall == pytest.approx(2 / 6) and found.shifts == 0


@pytest.mark.parametrize(("least", "shown"), [(2, True), (3, True), (4, False)])
def test_least_count(least: int, shown: bool) -> None:
    found = conditional(np.array([1.0, 2, 3]), np.zeros(3, dtype=int), 1, 50, least=least, level=0.95)
    assert (found.cells[0].share is not None) == shown


def test_a_value_at_the_threshold_is_not_above_it() -> None:
    found = conditional(np.array([5.0, 5, 5, 5]), np.zeros(4, dtype=int), 1, 75, least=1, level=0.95)
    assert found.threshold == 5 and found.cells[0].above == 0


def test_refusals() -> None:
    with pytest.raises(InputError, match="both a value and a wind"):
        conditional(np.array([1.0, NAN]), np.array([MISSING, 0]), 1, 75, least=1, level=0.95)
    with pytest.raises(InputError, match="no value"):
        threshold_of(np.array([NAN]), 75)


def planted(seed: int, strength: float, days: int = 900) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days with memory in wind and in concentrations; a source in the east (90°) at 3 m/s and more."""
    random = np.random.default_rng(seed)
    u, v, log = (np.zeros(days) for _ in range(3))
    for n in range(1, days):
        u[n], v[n], log[n] = (0.6 * x[n - 1] + random.normal() * s for x, s in ((u, 2), (v, 2), (log, 0.4)))
    speed, direction = np.hypot(u, v), np.degrees(np.arctan2(-u, -v)) % 360
    fed = (np.abs((direction - 90 + 180) % 360 - 180) <= 22.5) & (speed >= 3)
    return np.exp(3.5 + log + strength * fed), speed, direction


def test_a_planted_source_is_found_in_its_sector() -> None:
    values, speed, direction = planted(1, 1.5)
    sector = sector_of(speed, direction, 8, 0.5)
    found = conditional(values, sector, 8, 75, least=10, level=0.95, gap=30)
    chance = [cell.p for cell in found.cells]
    assert chance[2] is not None and chance[2] <= 0.01
    assert all(p is None or p > 0.05 for n, p in enumerate(chance) if n != 2)
    # On the plane the peak lies to the east, beyond 3 m/s.
    u, v = components(speed, direction)
    made = plane(values, u, v, reach=8, cell=0.5, bandwidth=1, least=8)
    x, y = np.unravel_index(np.nanargmax(made.mean), made.mean.shape)
    assert made.centres[x] >= 3 and abs(made.centres[y]) <= 2


def test_without_a_source_few_series_stand_out() -> None:
    loud = 0
    for seed in range(60):
        values, speed, direction = planted(seed, 0)
        found = conditional(values, sector_of(speed, direction, 16, 0.5), 16, 75, least=10, level=0.95, gap=30)
        loud += any(cell.p is not None and cell.p <= 0.05 for cell in found.cells)
    # 5 % of 60 are 3; more than 8 have a chance below 1 in 100 when the rate is right.
    assert loud <= 8


def test_a_short_series_is_not_tested() -> None:
    values, speed, direction = planted(2, 1.5, days=89)
    found = conditional(values, sector_of(speed, direction, 8, 0.5), 8, 75, least=1, level=0.95, gap=30)
    assert found.shifts == 0 and all(cell.p is None for cell in found.cells)


def test_plane_by_hand() -> None:
    values, u, v = np.array([10.0, 30, 99, NAN]), np.array([-2.0, -2, 0, -2]), np.array([0.0, 0, NAN, 0])
    made = plane(values, u, v, reach=4, cell=1, bandwidth=1, least=2)
    # East wind of 2 m/s: cell (+2, 0). One cell on, the same two pairs make the same mean.
    at = {(float(made.centres[x]), float(made.centres[y])): float(made.mean[x, y])
          for x, y in zip(*np.nonzero(~np.isnan(made.mean)), strict=True)}  # fmt: skip
    assert set(at) == {(x, y) for x in (1.0, 2.0, 3.0) for y in (-1.0, 0.0, 1.0)}
    assert all(value == pytest.approx(20) for value in at.values())
    assert made.used == 2 and made.beyond == 0 and made.support.max() == 2
    assert np.isnan(plane(values, u, v, reach=4, cell=1, bandwidth=1, least=3).mean).all()


def test_plane_weighs_by_counts_and_kernel() -> None:
    # Three pairs of 10 in the cell, one of 50 a bandwidth away: (3·10 + 50·e^-½) / (3 + e^-½)
    values, u = np.array([10.0, 10, 10, 50]), np.array([-1.0, -1, -1, -2])
    made = plane(values, u, np.zeros(4), reach=4, cell=1, bandwidth=1, least=1)
    k = np.exp(-0.5)
    middle = len(made.centres) // 2
    assert made.mean[middle + 1, middle] == pytest.approx((30 + 50 * k) / (3 + k))


def test_plane_leaves_out_what_it_does_not_reach() -> None:
    made = plane(np.ones(2), np.array([4.0, 4.01]), np.zeros(2), reach=4, cell=1, bandwidth=1, least=1)
    assert (made.used, made.beyond) == (1, 1)
    with pytest.raises(InputError):
        plane(np.ones(1), np.ones(1), np.ones(1), reach=4, cell=0, bandwidth=1, least=1)
