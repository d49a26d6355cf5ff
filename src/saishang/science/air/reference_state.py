"""Reference states of concentrations: the 2018 amendment of GB 3095-2012 (from 2018-09-01).

Before: everything at 273 K and 101.325 kPa (标准状态). Since: gases at 298.15 K and 1013.25 hPa (参比状态), particles
at the temperature and pressure of the measurement (实况). A series that crosses the date steps without a change of air.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, exact, non_negative

__all__ = ["ReferenceStates", "gas_to_reference", "gas_to_standard", "particle_to_actual", "particle_to_standard"]


@dataclass(frozen=True, slots=True)
class ReferenceStates:
    """Temperatures [K] and pressure [kPa] of the two fixed states."""

    standard_temperature: Fraction = Fraction(273)
    standard_pressure: Fraction = Fraction(101325, 1000)
    gas_temperature: Fraction = Fraction(29815, 100)


def gas_to_reference(concentration: object, states: ReferenceStates) -> Fraction | None:
    """Gas [mass per volume] from 273 K to 298.15 K at equal pressure: `C × 273 / 298.15` (gas law)."""
    value = non_negative(concentration, name="C_273K")
    return None if value is None else value * states.standard_temperature / states.gas_temperature


def gas_to_standard(concentration: object, states: ReferenceStates) -> Fraction | None:
    """Gas [mass per volume] from 298.15 K back to 273 K at equal pressure."""
    value = non_negative(concentration, name="C_298K")
    return None if value is None else value * states.gas_temperature / states.standard_temperature


def particle_to_actual(
    concentration: object, temperature: object, pressure: object, states: ReferenceStates
) -> Fraction | None:
    """Particles from the standard state to the air as it was: `C × (273 / T) × (P / 101.325)`.

    Parameters
    ----------
    temperature:
        Air temperature [K], above 0.
    pressure:
        Air pressure [kPa], above 0.
    """
    value = non_negative(concentration, name="C_std")
    return None if value is None else value * _dilution(temperature, pressure, states)


def particle_to_standard(
    concentration: object, temperature: object, pressure: object, states: ReferenceStates
) -> Fraction | None:
    """Particles from the air as it was to the standard state; the inverse of `particle_to_actual`."""
    value = non_negative(concentration, name="C_actual")
    return None if value is None else value / _dilution(temperature, pressure, states)


def _dilution(temperature: object, pressure: object, states: ReferenceStates) -> Fraction:
    kelvin = exact(temperature, name="T")
    kilopascal = exact(pressure, name="P_kPa")
    # The ranges of the earth's surface: -90 °C to 60 °C, and 30 to 110 kPa; a value outside is in another unit.
    if not 180 <= kelvin <= 335:
        raise InputError(
            f"T must be an air temperature in kelvin (180 to 335), got {temperature}.",
            fix="Add 273.15 to degrees Celsius.",
        )
    if not 30 <= kilopascal <= 110:
        raise InputError(
            f"P_kPa must be an air pressure in kPa (30 to 110), got {pressure}.", fix="Divide hPa by 10, Pa by 1000."
        )
    return states.standard_temperature / kelvin * kilopascal / states.standard_pressure
