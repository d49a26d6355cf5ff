"""Evapotranspiration against the printed examples of FAO Irrigation and Drainage Paper 56."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest

from saishang.science.climate.evapotranspiration import (
    Site,
    Weather,
    penman_monteith,
    thornthwaite,
    wind_at_two_metres,
)
from saishang.science.numbers import InputError

#: Example 18: Uccle near Brussels, 6 July; 10 km/h at 10 m, 9.25 h of sun; actual vapour pressure 1.409 kPa of 1.997.
BRUSSELS = Site(50.80, 100)
WEATHER = Weather(t_max=21.5, t_min=12.3, humidity=100 * 1.409 / 1.997, wind=10 / 3.6, sunshine=9.25, pressure=1001.0)


def test_example_18_of_fao_56() -> None:
    """Printed: u2 2.078 m/s, ET0 3.9 (3.88) mm/day."""
    assert wind_at_two_metres(10 / 3.6, 10) == pytest.approx(2.078, abs=1e-3)
    assert penman_monteith(date(2015, 7, 6), WEATHER, BRUSSELS) == pytest.approx(3.88, abs=0.02)


def test_pressure_of_the_height_stands_in() -> None:
    """At 100 m the formula gives 100.1 kPa, as the example has."""
    day = date(2015, 7, 6)
    without = penman_monteith(day, replace(WEATHER, pressure=None), BRUSSELS)
    assert without == pytest.approx(penman_monteith(day, WEATHER, BRUSSELS), abs=1e-3)


def test_wind_dries_and_damp_does_not() -> None:
    day = date(2015, 7, 6)
    usual = penman_monteith(day, WEATHER, BRUSSELS)
    assert penman_monteith(day, replace(WEATHER, wind=6.0), BRUSSELS) > usual
    assert penman_monteith(day, replace(WEATHER, humidity=100.0), BRUSSELS) < usual
    winter = Weather(-8, -15, 90, 0.5, 0)
    assert 0 <= penman_monteith(date(2015, 12, 21), winter, Site(38.5, 1111)) < 0.5


@pytest.mark.parametrize(
    "change", [{"t_max": 10.0}, {"humidity": 101.0}, {"wind": -1.0}, {"sunshine": -0.1}, {"humidity": -1.0}]
)
def test_impossible_weather_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(InputError):
        penman_monteith(date(2015, 7, 6), replace(WEATHER, **change), BRUSSELS)
    with pytest.raises(InputError):
        Site(90, 0)


def test_thornthwaite_on_the_equator_at_25_degrees() -> None:
    """Twelve months of 25 °C: I = 12 × 5^1.514 = 137.24…, 12 hours of daylight, a month of 30 days: 16 (250/I)^a."""
    heat = 12 * 5**1.514
    power = 6.75e-7 * heat**3 - 7.71e-5 * heat**2 + 1.792e-2 * heat + 0.49239
    found = thornthwaite({(2015, 6): 25.0, (2015, 7): None, (2015, 12): -3.0}, [25.0] * 12, Site(0, 0))
    assert found[2015, 6] == pytest.approx(16 * (250 / heat) ** power)
    assert found[2015, 7] is None and found[2015, 12] == 0
    longer = thornthwaite({(2015, 6): 25.0}, [25.0] * 12, Site(38.5, 1111))[2015, 6]
    assert longer is not None and longer > 16 * (250 / heat) ** power  # June days are long in Ningxia
    assert math.isfinite(longer)


def test_thornthwaite_needs_a_warm_month() -> None:
    for normals in ([1.0] * 11, [-5.0] * 12):
        with pytest.raises(InputError):
            thornthwaite({(2015, 6): 25.0}, normals, BRUSSELS)
