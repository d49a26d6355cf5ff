"""Wind: conventions, edges of sectors, calm, classes, counts; expected values by hand."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from saishang.rules import load_rules
from saishang.science.numbers import InputError
from saishang.science.origin import probability
from saishang.science.origin.from_rules import origin_rule
from saishang.science.origin.wind import CALM, MISSING, components, direction_of, rose, sector_of, speed_class

NAN = np.nan


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize(
    ("direction", "u", "v"), [(0, 0, -2), (90, -2, 0), (180, 0, 2), (270, 2, 0), (360, 0, -2)]
)  # a wind from the north blows to the south
def test_components_and_back(direction: float, u: float, v: float) -> None:
    made = components(floats(2), floats(direction))
    assert made[0][0] == pytest.approx(u, abs=1e-12) and made[1][0] == pytest.approx(v, abs=1e-12)
    speed, turned = direction_of(floats(u), floats(v))
    assert speed[0] == 2 and turned[0] == direction % 360


def test_no_wind_has_no_direction() -> None:
    speed, direction = direction_of(floats(0), floats(0))
    assert speed[0] == 0 and np.isnan(direction[0])


@pytest.mark.parametrize(
    ("direction", "sector"),
    [(0, 0), (360, 0), (11.24, 0), (11.25, 1), (33.74, 1), (33.75, 2), (348.74, 15), (348.75, 0), (359.999, 0)],
)
def test_edges_of_sixteen_sectors(direction: float, sector: int) -> None:
    assert sector_of(floats(3), floats(direction), 16, 0.5)[0] == sector


@pytest.mark.parametrize(("speed", "expected"), [(0.49, CALM), (0.5, 4), (0.51, 4)])
def test_calm_at_its_limit(speed: float, expected: int) -> None:
    assert sector_of(floats(speed), floats(90), 16, 0.5)[0] == expected


def test_missing_is_neither_calm_nor_north() -> None:
    # Calm needs no direction; a wind without direction is missing, and so is a direction without speed.
    found = sector_of(floats(0.1, 3, NAN, NAN), floats(NAN, NAN, 90, NAN), 16, 0.5)
    assert found.tolist() == [CALM, MISSING, MISSING, MISSING]


def test_directions_outside_are_refused() -> None:
    with pytest.raises(InputError, match="outside"):
        sector_of(floats(3), floats(361), 16, 0.5)
    with pytest.raises(InputError, match="at least 4"):
        sector_of(floats(3), floats(1), 3, 0.5)


def test_speed_classes() -> None:
    assert speed_class(floats(0.99, 1, 2.99, 3, NAN), [1, 3]).tolist() == [0, 1, 1, 2, MISSING]
    with pytest.raises(InputError, match="rise"):
        speed_class(floats(1), [3, 1])


def test_rose_counts_every_wind_once() -> None:
    made = rose(floats(0.2, 0.5, 2, 4, NAN), floats(0, 0, 360, 180, 10), 4, [1, 3], 0.5)
    assert made.counts.tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert (made.calm, made.missing, made.known) == (1, 1, 4)


def test_codes_of_the_weather_service() -> None:
    rule = origin_rule(load_rules()).wind
    assert rule.degrees(floats(1, 5, 16))[:3].tolist() == [0, 90, 337.5]
    assert np.isnan(rule.degrees(floats(17, 0, NAN))).all() and rule.calm_code(floats(17, 16)).tolist() == [True, False]


def test_docstrings() -> None:
    assert doctest.testmod(probability).failed == 0
