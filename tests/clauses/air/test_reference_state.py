"""Amendment of 2018 to GB 3095-2012: reference state of gases, actual state of particles."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.rules import Rules
from saishang.science.air.from_rules import reference_states
from saishang.science.air.reference_state import (
    ReferenceStates,
    gas_to_reference,
    gas_to_standard,
    particle_to_actual,
    particle_to_standard,
)
from saishang.science.numbers import InputError
from saishang.science.rounding import fixed

STATES = ReferenceStates()


def test_shipped_states_are_those_of_the_amendment(rules: Rules) -> None:
    """Definitions: 273 K and 101.325 kPa; 298.15 K."""
    assert reference_states(rules) == ReferenceStates(Fraction(273), Fraction("101.325"), Fraction("298.15"))


def test_gases_fall_by_the_ratio_of_temperatures() -> None:
    """Reference state: 60 × 273/298.15 = 54.94."""
    found = gas_to_reference(60, STATES)
    assert found is not None and fixed(found, 2) == "54.94"


def test_particles_follow_the_air_of_the_measurement() -> None:
    """Actual state: 100 × 273/283.15 × 89.0/101.325 = 84.69; at the standard state nothing changes."""
    found = particle_to_actual(100, "283.15", "89.0", STATES)
    assert found is not None and fixed(found, 2) == "84.69"
    assert particle_to_actual(100, 273, "101.325", STATES) == 100


def test_missing_stays_missing() -> None:
    """Both states: no value, no conversion."""
    assert gas_to_reference(None, STATES) is None
    assert particle_to_standard(None, 280, 90, STATES) is None


@pytest.mark.parametrize(("temperature", "pressure"), [(10, 89), (283, 890), (283, 89000), (283, 0), (0, 89)])
def test_celsius_and_hectopascal_are_refused(temperature: int, pressure: int) -> None:
    """Inputs: kelvin and kPa; values of another unit lie outside what the earth's surface knows."""
    with pytest.raises(InputError):
        particle_to_actual(100, temperature, pressure, STATES)


@given(st.integers(0, 5000), st.integers(230, 320), st.integers(60, 105))
def test_there_and_back(concentration: int, temperature: int, pressure: int) -> None:
    """Both states: the way back gives the same value exactly."""
    assert gas_to_standard(gas_to_reference(concentration, STATES), STATES) == concentration
    actual = particle_to_actual(concentration, temperature, pressure, STATES)
    assert particle_to_standard(actual, temperature, pressure, STATES) == concentration
