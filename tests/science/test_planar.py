"""Areas of circles: closed formulas, and counting points of a grid."""

from __future__ import annotations

import math
import random

import pytest

from saishang.science.numbers import InputError
from saishang.science.planar import buffered_rectangle, covered_area


def lens(radius: float, apart: float) -> float:
    """Area that two circles share, by the closed formula."""
    return 2 * radius**2 * math.acos(apart / (2 * radius)) - apart / 2 * math.sqrt(4 * radius**2 - apart**2)


@pytest.mark.parametrize("apart", [1, 250, 500, 900, 999.9])
def test_two_circles(apart: float) -> None:
    union = 2 * math.pi * 500**2 - lens(500, apart)
    assert covered_area([(0, 0), (apart, 0)], 500) == pytest.approx(union, rel=1e-10)
    turned = (apart * math.cos(1), apart * math.sin(1))
    assert covered_area([(0, 0), turned], 500) == pytest.approx(union, rel=1e-10)


def test_far_circles_add_and_equal_ones_count_once() -> None:
    assert covered_area([(0, 0), (1000, 0)], 500) == pytest.approx(2 * math.pi * 500**2, rel=1e-12)
    assert covered_area([(3, 4), (3, 4)], 2) == pytest.approx(4 * math.pi, rel=1e-12)
    assert covered_area([], 500) == 0


def test_quarter_half_and_whole_of_a_circle_in_a_rectangle() -> None:
    assert covered_area([(0, 0)], 500, (0, 0, 1000, 1000)) == pytest.approx(math.pi * 500**2 / 4, rel=1e-12)
    assert covered_area([(500, 0)], 500, (0, 0, 1000, 1000)) == pytest.approx(math.pi * 500**2 / 2, rel=1e-12)
    assert covered_area([(500, 500)], 500, (0, 0, 1000, 1000)) == pytest.approx(math.pi * 500**2, rel=1e-12)
    assert covered_area([(500, 500)], 5000, (0, 0, 1000, 1000)) == pytest.approx(1e6, rel=1e-12)
    assert covered_area([(5000, 5000)], 500, (0, 0, 1000, 1000)) == 0


def test_many_circles_against_a_grid() -> None:
    chance = random.Random(3)
    circles = [(chance.uniform(0, 1000), chance.uniform(0, 1000)) for _ in range(12)]
    step = 2
    inside = sum(
        any((x - a) ** 2 + (y - b) ** 2 <= 150**2 for a, b in circles)
        for x in range(step // 2, 1000, step)
        for y in range(step // 2, 1000, step)
    )
    assert covered_area(circles, 150, (0, 0, 1000, 1000)) == pytest.approx(inside * step**2, rel=2e-3)


def test_buffer_of_a_rectangle() -> None:
    assert buffered_rectangle(200, 200, 500) == pytest.approx(1225398.163397, rel=1e-12)
    assert buffered_rectangle(0, 0, 1) == pytest.approx(math.pi)


@pytest.mark.parametrize("radius", [0, -1])
def test_a_radius_is_above_zero(radius: float) -> None:
    with pytest.raises(InputError):
        covered_area([(0, 0)], radius)
    with pytest.raises(InputError):
        covered_area([(0, 0)], 1, (0, 0, 0, 1))
