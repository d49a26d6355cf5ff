"""Potential evapotranspiration (可能蒸散量): FAO-56 Penman-Monteith from daily weather, Thornthwaite from months."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from saishang.science.numbers import InputError

__all__ = ["Site", "Weather", "penman_monteith", "thornthwaite", "wind_at_two_metres"]

_LOWEST, _HIGHEST = -500, 9000  # m, where people measure weather
_SOLAR = 0.0820  # MJ/(m²·min), solar constant, FAO-56 eq. 21
_STEFAN = 4.903e-9  # MJ/(K⁴·m²·d), FAO-56 eq. 39
_ALBEDO = 0.23  # grass reference, FAO-56 eq. 38
_ANGSTROM = (0.25, 0.50)  # FAO-56 eq. 35 without local calibration


@dataclass(frozen=True, slots=True)
class Site:
    """Where the weather was measured: latitude [°, north positive], height [m], height of the wind gauge [m]."""

    latitude: float
    elevation: float
    wind_height: float = 10.0

    def __post_init__(self) -> None:
        if not -66 < self.latitude < 66:
            raise InputError("The latitude must lie between 66° S and 66° N.", fix="Give degrees, north positive.")


@dataclass(frozen=True, slots=True)
class Weather:
    """One day: temperatures [°C], mean relative humidity [%], wind [m/s] at the gauge, sunshine [h], pressure [hPa].

    Without pressure that of the height is taken (FAO-56 eq. 7).
    """

    t_max: float
    t_min: float
    humidity: float
    wind: float
    sunshine: float
    pressure: float | None = None


def wind_at_two_metres(speed: float, height: float) -> float:
    """Wind at 2 m from wind at `height` [m], FAO-56 eq. 47."""
    return speed * 4.87 / math.log(67.8 * height - 5.42)


def penman_monteith(day: date, weather: Weather, site: Site) -> float:
    """Reference evapotranspiration ET0 of one day [mm/d], FAO-56 eq. 6; never below 0.

    Raises
    ------
    InputError
        When the maximum is below the minimum, the humidity outside 0-100 %, or wind or sunshine negative.
    """
    if weather.t_max < weather.t_min:
        raise InputError("The daily maximum is below the minimum.", fix="Check the temperatures.", where=str(day))
    if not 0 <= weather.humidity <= 100 or weather.wind < 0 or weather.sunshine < 0:
        raise InputError("Humidity, wind or sunshine is impossible.", fix="Check the day.", where=str(day))
    if not _LOWEST <= site.elevation <= _HIGHEST:
        raise InputError("The elevation is beyond any station.", fix="Give metres above the sea.", where=str(day))
    mean = (weather.t_max + weather.t_min) / 2
    saturation = (_vapour(weather.t_max) + _vapour(weather.t_min)) / 2
    actual = saturation * weather.humidity / 100
    slope = 4098 * _vapour(mean) / (mean + 237.3) ** 2
    pressure = (
        101.3 * ((293 - 0.0065 * site.elevation) / 293) ** 5.26 if weather.pressure is None else weather.pressure / 10
    )
    psychrometric = 0.665e-3 * pressure
    wind = wind_at_two_metres(weather.wind, site.wind_height)
    radiation = _net_radiation(day, weather, site, actual)
    top = 0.408 * slope * radiation + psychrometric * 900 / (mean + 273) * wind * (saturation - actual)
    return max(0.0, top / (slope + psychrometric * (1 + 0.34 * wind)))


def _vapour(temperature: float) -> float:
    """Saturation vapour pressure [kPa], FAO-56 eq. 11."""
    return 0.6108 * math.exp(17.27 * temperature / (temperature + 237.3))


def _net_radiation(day: date, weather: Weather, site: Site, actual: float) -> float:
    number = day.timetuple().tm_yday
    latitude = math.radians(site.latitude)
    distance = 1 + 0.033 * math.cos(2 * math.pi * number / 365)
    declination = 0.409 * math.sin(2 * math.pi * number / 365 - 1.39)
    sunset = math.acos(-math.tan(latitude) * math.tan(declination))
    above = (
        24 * 60 / math.pi * _SOLAR * distance
        * (sunset * math.sin(latitude) * math.sin(declination)
           + math.cos(latitude) * math.cos(declination) * math.sin(sunset))
    )  # fmt: skip
    longest = 24 / math.pi * sunset
    a, b = _ANGSTROM
    # A recorder may print a little more sun than the day is long.
    solar = (a + b * min(weather.sunshine / longest, 1.0)) * above
    clear = (0.75 + 2e-5 * site.elevation) * above
    warm = (_STEFAN * (weather.t_max + 273.16) ** 4 + _STEFAN * (weather.t_min + 273.16) ** 4) / 2
    outgoing = warm * (0.34 - 0.14 * math.sqrt(actual)) * (1.35 * min(solar / clear, 1.0) - 0.35)
    return (1 - _ALBEDO) * solar - outgoing


def thornthwaite(
    months: Mapping[tuple[int, int], float | None], normals: Sequence[float], site: Site
) -> dict[tuple[int, int], float | None]:
    """Potential evapotranspiration per month [mm] after Thornthwaite 1948.

    Parameters
    ----------
    months:
        (year, month) → mean temperature [°C], None where missing.
    normals:
        Mean temperature of the twelve months over the record [°C]; the heat index comes from them.

    Raises
    ------
    InputError
        When there are not twelve normals, or no month is above freezing.
    """
    if len(normals) != 12:
        raise InputError(f"Expected twelve normals, got {len(normals)}.", fix="Give one mean per month.")
    heat = math.fsum((max(0.0, t) / 5) ** 1.514 for t in normals)
    if heat <= 0:
        raise InputError("No month is above freezing.", fix="Thornthwaite's formula does not apply here.")
    power = 6.75e-7 * heat**3 - 7.71e-5 * heat**2 + 1.792e-2 * heat + 0.49239
    found: dict[tuple[int, int], float | None] = {}
    for (year, month), temperature in months.items():
        if temperature is None:
            found[year, month] = None
            continue
        first = date(year, month, 1)
        days = (date(year + month // 12, month % 12 + 1, 1) - first).days
        middle = first.replace(day=15).timetuple().tm_yday
        declination = 0.409 * math.sin(2 * math.pi * middle / 365 - 1.39)
        daylight = 24 / math.pi * math.acos(-math.tan(math.radians(site.latitude)) * math.tan(declination))
        plain = 16 * (10 * temperature / heat) ** power if temperature > 0 else 0.0
        found[year, month] = plain * daylight / 12 * days / 30
    return found
