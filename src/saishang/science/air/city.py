"""City and region values (城市、区域): arithmetic means, HJ 663 table A.2.

A city's value is the mean over its evaluation stations of the station values — of ozone the mean of the stations'
daily maxima, not the maximum of the city-mean hours. A region's is the mean over its cities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.air.validity import ValidityRules, city_valid
from saishang.science.numbers import mean, non_negative

__all__ = ["CityValue", "city_value", "region_mean"]


@dataclass(frozen=True, slots=True)
class CityValue:
    """Mean over stations, unrounded; None when too few stations are valid."""

    value: Fraction | None
    stations_valid: int
    stations_expected: int

    @property
    def valid(self) -> bool:
        """Whether enough stations were valid."""
        return self.value is not None


def city_value(stations: Sequence[object], rules: ValidityRules) -> CityValue:
    """Mean of the station values of one city and time.

    Parameters
    ----------
    stations:
        One value per evaluation station of the city [µg/m³; CO mg/m³], shape (station,); None = invalid or missing.
    rules:
        Gives the least share of valid stations (75 %).
    """
    values = [non_negative(value, name=f"stations[{index}]") for index, value in enumerate(stations)]
    present = [value for value in values if value is not None]
    enough = city_valid(len(present), len(values), rules)
    return CityValue(mean(present) if enough else None, len(present), len(values))


def region_mean(values: Sequence[object]) -> Fraction | None:
    """Mean of the city values of a region [unit of the values], unrounded; None as soon as a city's value is missing.

    A mean over the cities that happen to be there would move with who is missing, so it is not offered as the region's.
    """
    numbers = [non_negative(value, name=f"values[{index}]") for index, value in enumerate(values)]
    present = [number for number in numbers if number is not None]
    return mean(present) if len(present) == len(numbers) else None
