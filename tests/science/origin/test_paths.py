"""Paths against analytic solutions, PSCF counted by hand, planted regions."""

from __future__ import annotations

import numpy as np
import pytest

from saishang.science.numbers import InputError
from saishang.science.origin.potential import ends_by_cell, potential, residence
from saishang.science.origin.trajectory import Field, Paths, back_paths, distance_km, leave_one_out

DEGREE_M = 6371000 * np.pi / 180
NAN = np.nan


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


def test_uniform_wind_goes_back_where_it_came_from() -> None:
    def wind(lon: np.ndarray, lat: np.ndarray, _time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.full(len(lon), 5.0), np.full(len(lon), 0.0)

    made = back_paths(wind, floats(106), floats(38), floats(2), hours=24)
    # 5 m/s for a day on the parallel of 38°.
    assert made.lon[0, -1] == pytest.approx(106 - 5 * 86400 / (DEGREE_M * np.cos(np.radians(38))), abs=1e-9)
    assert made.lat[0, -1] == 38 and made.hours[-1] == 24 and made.lasting[0] == 24


def test_solid_rotation_ends_where_the_circle_says() -> None:
    """Near the equator the sphere is a plane: a turn of a third of a circle in 24 h around (0, 0)."""
    omega = 2 * np.pi / 3 / 86400

    def wind(lon: np.ndarray, lat: np.ndarray, _time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return -omega * lat * DEGREE_M, omega * lon * DEGREE_M

    made = back_paths(wind, floats(0.1), floats(0), floats(1), hours=24)
    angle = -omega * 86400
    assert made.lon[0, -1] == pytest.approx(0.1 * np.cos(angle), abs=5e-4)
    assert made.lat[0, -1] == pytest.approx(0.1 * np.sin(angle), abs=5e-4)
    # Second order: half the step makes a quarter of the error.
    exact = 0.1 * np.array([np.cos(angle), np.sin(angle)])
    errors = []
    for step in (2.0, 1.0):
        end = back_paths(wind, floats(0.1), floats(0), floats(1), hours=24, step=step)
        errors.append(np.hypot(end.lon[0, -1] - exact[0], end.lat[0, -1] - exact[1]))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.25)


def field(u: list[list[float]], v: list[list[float]] | None = None, reach: float = np.inf) -> Field:
    winds = np.array(u, dtype=float)
    return Field(floats(100, 102), floats(38, 38), winds, np.zeros_like(winds) if v is None else np.array(v), 2, reach)


def test_field_between_points_and_days() -> None:
    made = field([[2, 6], [4, 8]])
    # Half way between the points at noon of day 0: the mean; at midnight between the days: the mean of both means.
    at = made.at(floats(101, 101, 100), floats(38, 38, 38), floats(0.5, 1.0, 0.5))
    assert at[0].tolist() == pytest.approx([4, 5, 2], abs=1e-3)


def test_field_that_lacks_a_day_takes_the_other_point() -> None:
    at = field([[2, NAN]]).at(floats(101.9), floats(38), floats(0.5))
    assert at[0][0] == 2
    assert np.isnan(field([[NAN, NAN]]).at(floats(101), floats(38), floats(0.5))[0][0])


def test_field_ends_in_time_and_space() -> None:
    made = field([[2, 2], [2, 2]], reach=50)
    assert not np.isnan(made.at(floats(100), floats(38), floats(0.0))[0][0])
    assert np.isnan(made.at(floats(100), floats(38), floats(-0.6))[0][0])
    assert np.isnan(made.at(floats(101), floats(38), floats(0.5))[0][0])  # 88 km from both


def test_a_path_that_leaves_the_field_ends_there() -> None:
    made = back_paths(field([[10, 10]] * 3, reach=100).at, floats(100), floats(38), floats(2.5), hours=24)
    # 10 m/s are 36 km an hour: after two hours 72 km, after three 108.
    assert made.lasting[0] == 2 and np.isnan(made.lon[0, 3:]).all()


def test_leave_one_out_by_hand() -> None:
    error, spread = leave_one_out(field([[0, 4], [2, 4]]))
    # The first is told 4 and is 0 and 2: √((16 + 4)/2); its own spread is 1. The second is told 0, 2 and is 4.
    assert error.tolist() == pytest.approx([np.sqrt(10), np.sqrt(10)])
    assert spread.tolist() == pytest.approx([1, 0])


def test_distance_of_a_degree_of_latitude() -> None:
    assert float(distance_km(floats(0), floats(0), floats(0), floats(1))[0]) == pytest.approx(111.195, abs=1e-3)


def test_steps_must_fit() -> None:
    with pytest.raises(InputError, match="whole number"):
        back_paths(field([[1, 1]]).at, floats(100), floats(38), floats(0.5), hours=10, step=3)


def test_pscf_by_hand() -> None:
    # Two cells; three days with 2 + 1, 2 + 0 and 0 + 3 ends; days 0 and 2 are polluted.
    counts, values = np.array([[2, 1], [2, 0], [0, 3.0]]), floats(90, 10, 95)
    made = potential(
        counts, [(106, 38), (107, 38)], values, 1.0, 50, least_days=2, weights=[(1.5, 1.0), (1, 0.7), (0, 0.4)]
    )
    # The median is 90, above it only day 2: m/n = 0/4 and 3/4.
    assert (made.threshold, made.above, made.days) == (90, 1, 3)
    first, second = made.cells
    assert (first.ends, first.above, first.days, first.share) == (4, 0, 2, 0)
    assert (second.ends, second.above, second.share) == (4, 3, 0.75)
    # Both have 4 ends, the mean: not above 1 × 4, so the last weight.
    assert second.weighted == pytest.approx(0.75 * 0.4) and made.overall == pytest.approx(3 / 8)


@pytest.mark.parametrize(("least", "shown"), [(2, True), (3, False)])
def test_cells_of_few_days_are_not_shown(least: int, shown: bool) -> None:
    made = potential(np.array([[24.0], [24.0]]), [(0, 0)], floats(1, 2), 1, 50, least_days=least, weights=[(0, 1)])
    assert (made.cells[0].share is not None) == shown and made.cells[0].ends == 48


def test_a_day_without_value_or_path_is_not_counted() -> None:
    made = potential(np.array([[3.0], [3], [0]]), [(0, 0)], floats(5, NAN, 7), 1, 50, least_days=1, weights=[(0, 1)])
    assert made.days == 1 and made.cells[0].ends == 3
    with pytest.raises(InputError, match="path and a value"):
        potential(np.array([[3.0]]), [(0, 0)], floats(NAN), 1, 50, least_days=1, weights=[(0, 1)])


def test_ends_leave_out_the_arrival() -> None:
    paths = Paths(np.array([[106.5, 106.4, 105.9, NAN]]), np.array([[38.5, 38.5, 38.5, NAN]]), np.arange(4.0))
    counts, cells = ends_by_cell(paths, 1)
    assert cells == [(105, 38), (106, 38)] and counts.tolist() == [[1, 1]]


def test_residence_adds_up() -> None:
    labels = np.array([[0, 0, 1], [1, 1, -1]])
    high, every = residence(labels, np.array([True, False]), np.array([True, True]), 2)
    assert high.tolist() == pytest.approx([2 / 3, 1 / 3]) and every.tolist() == pytest.approx([2 / 5, 3 / 5])


def test_a_planted_region_stands_out_and_no_region_without_one() -> None:
    random = np.random.default_rng(5)
    counts = random.multinomial(24, np.full(12, 1 / 12), size=500).astype(float)
    fed = counts[:, 3] >= 4
    for values, expected in ((random.normal(size=500) + 2 * fed, {3}), (random.normal(size=500), set())):
        made = potential(counts, [(n, 0) for n in range(12)], values, 1, 75, least_days=10, weights=[(0, 1)], gap=30)
        assert {int(cell.lon) for cell in made.cells if cell.p is not None and cell.p <= 0.02} == expected
