"""Zoning: codes of units, the strictest class, cells on the ellipsoid, 3-degree zones."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from saishang.rules import Rules
from saishang.science.calc import calculate
from saishang.science.numbers import InputError
from saishang.science.zoning import Unit, cell_area, gauss_zone, overlay, read_unit_code
from tests.science.calc.test_registry import DAY

AXIS, INVERSE = 6378137.0, 298.257222101


@pytest.mark.parametrize("code", ["ZH64010410001", "zh64010410001", "ＺＨ６４０１０４１０００１", "ZH 640104 1 0001"])
def test_code_of_a_unit(rules: Rules, code: str) -> None:
    """ZH, county 6, class 1, serial 4."""
    found = read_unit_code(code, rules)
    assert (found.province, found.county, found.number, found.serial) == ("64", "640104", "1", "0001")
    assert found.name == "优先保护单元"


@pytest.mark.parametrize("code", ["ZH6401041000", "ZH640104100011", "YS64010410001", "ZH64010440001", "", None])
def test_what_is_no_code_is_refused(rules: Rules, code: object) -> None:
    with pytest.raises(InputError):
        read_unit_code(code, rules)


def test_the_strictest_class_decides(rules: Rules) -> None:
    units = [Unit("a", "3", Fraction(99, 100)), Unit("b", "2", Fraction(1, 100)), Unit("c", "1", Fraction(0))]
    assert overlay(units, rules).decides == "重点管控单元"  # what is not touched does not decide
    assert overlay([Unit("c", "1", Fraction(0))], rules).decides is None


@pytest.mark.parametrize(
    ("first", "second", "shares", "result"),
    [
        ("x<60 优先", "x>=60 一般", (0.6, 0.4), "按优先保护单元要求从严"),
        ("x<30 重点", "x>=30 一般", (0.3, 0.7), "按重点管控单元要求从严"),
        ("x<0 优先", "x>=0 一般", (0, 1), "按一般管控单元要求"),
        ("y≤25 一般管控单元", "y>25 2", (0.25, 0.75), "按重点管控单元要求从严"),
    ],
)
def test_a_project_over_two_units(
    rules: Rules, first: str, second: str, shares: tuple[float, float], result: str
) -> None:
    given = {"project": "100x100 m square", "unit_A": first, "unit_B": second}
    found = calculate("zoning", given, rules=rules, on=DAY)
    assert found == {"share_A": shares[0], "share_B": shares[1], "result": result}


def by_slices(south: float, north: float, width: float) -> float:
    """Area of a cell as a sum of M·N·cos φ over thin strips."""
    squared = (2 - 1 / INVERSE) / INVERSE
    steps = 20000
    total = 0.0
    for k in range(steps):
        phi = math.radians(south + (north - south) * (k + 0.5) / steps)
        w = 1 - squared * math.sin(phi) ** 2
        total += AXIS**2 * (1 - squared) / w**2 * math.cos(phi)
    return total * math.radians(north - south) / steps * math.radians(width)


@pytest.mark.parametrize(
    ("south", "north", "width"), [(38.0, 38.01, 0.01), (35.2, 39.4, 3.4), (-1, 1, 1), (89, 90, 360)]
)
def test_a_cell_on_the_ellipsoid(south: float, north: float, width: float) -> None:
    area = cell_area(south, north, width, a=AXIS, inverse_flattening=INVERSE)
    assert area == pytest.approx(by_slices(south, north, width), rel=1e-6)
    assert cell_area(north, south, width, a=AXIS, inverse_flattening=INVERSE) == area


def test_the_whole_ellipsoid() -> None:
    # Surface of the ellipsoid, 510 065 622 km² for these parameters.
    assert cell_area(-90, 90, 360, a=AXIS, inverse_flattening=INVERSE) == pytest.approx(5.10065622e14, rel=1e-8)


@pytest.mark.parametrize(
    ("lon", "zone", "epsg_zone", "epsg_meridian"),
    [("103.49", 34, 4522, 4543), ("103.5", 35, 4523, 4544), ("105", 35, 4523, 4544), ("106.49", 35, 4523, 4544),
     ("106.5", 36, 4524, 4545), ("73.5", 25, 4513, 4534), ("136.4", 45, 4533, 4554)],
)  # fmt: skip
def test_zones_of_three_degrees(rules: Rules, lon: str, zone: int, epsg_zone: int, epsg_meridian: int) -> None:
    """EPSG: CGCS2000 zone 25 is 4513, zone 45 is 4533; CM 75E is 4534, CM 135E is 4554."""
    found = gauss_zone(lon, rules)
    assert (found.zone, found.meridian) == (zone, zone * 3)
    assert (found.epsg_zone, found.epsg_meridian, found.geographic) == (epsg_zone, epsg_meridian, 4490)


@pytest.mark.parametrize("lon", ["73.49", "136.5", "-106"])
def test_outside_the_zones(rules: Rules, lon: str) -> None:
    with pytest.raises(InputError):
        gauss_zone(lon, rules)
