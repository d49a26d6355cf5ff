"""Air quality index (空气质量指数, AQI) and its sub-indices (分指数, IAQI), HJ 633-2012 and HJ 633-2026.

Sub-index: `IAQI = (IAQI_hi - IAQI_lo) / (BP_hi - BP_lo) × (C - BP_lo) + IAQI_lo`, carried up to a whole number.
The AQI is the largest sub-index; primary pollutants are those that have it when the AQI is above 50, joint when equal
after rounding up. Both editions agree in this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final, Literal

from saishang.science.air.edition import Category, IndexEdition, Item, Report
from saishang.science.numbers import InputError, exact, non_negative
from saishang.science.rounding import ceil_exact, round_half_even

__all__ = ["NOT_MONITORED", "AirQualityIndex", "SubIndex", "air_quality_index", "index_concentration", "sub_index"]

#: Mark of an item that by plan is not monitored and whose history shows that it never leads a polluted day (2026).
NOT_MONITORED: Final = "/"

SubIndex = int | Literal["/"] | None


@dataclass(frozen=True, slots=True)
class AirQualityIndex:
    """The index of one day or hour, with what it was made from.

    Attributes
    ----------
    items:
        Item of the report → sub-index; None where the item is missing or has no sub-index, `/` where not monitored.
    iaqi:
        Pollutant → largest sub-index of its items, in the order of the standard.
    aqi:
        Largest sub-index; None when no item is there. Look at `publishable` before showing it.
    primary, exceeding:
        Pollutants in the order of the standard; `exceeding` is None where the edition has no such term.
    missing:
        Pollutants without a sub-index.
    above_range:
        Pollutants without a sub-index because their value is above a range that ends without one (2012) and the item
        that should stand in is missing: the index from the rest then says nothing about them.
    publishable:
        Whether index, primary pollutant and category may be published; if not, they are written `NA`.
    """

    edition: str
    report: Report
    items: Mapping[str, SubIndex]
    iaqi: Mapping[str, SubIndex]
    aqi: int | None
    primary: tuple[str, ...]
    exceeding: tuple[str, ...] | None
    category: Category | None
    missing: tuple[str, ...]
    publishable: bool
    above_range: tuple[str, ...] = ()


def index_concentration(edition: IndexEdition, pollutant: str, concentration: object) -> Fraction | None:
    """The concentration as the formula takes it: exact, rounded first where the edition says so (GB/T 8170).

    Parameters
    ----------
    concentration:
        Mean of the item's averaging time [µg/m³; CO mg/m³]; None when missing or invalid.
    """
    value = non_negative(concentration, name=pollutant)
    decimals = edition.input_decimals.get(pollutant)
    if value is None or decimals is None:
        return value
    return exact(round_half_even(value, decimals))


def sub_index(edition: IndexEdition, pollutant: str, averaging: str, concentration: object) -> int | None:
    """IAQI of one pollutant (HJ 633 table 1 and its formula), a whole number.

    Parameters
    ----------
    averaging:
        Column of table 1: `24h`, `8h` or `1h`.
    concentration:
        Mean of that averaging time [µg/m³; CO mg/m³]; None when missing or invalid.

    Returns
    -------
    The sub-index; None when the concentration is missing, or above a range for which the edition gives no sub-index
    (2012: SO2 1 h and O3 8 h above 800 µg/m³).
    """
    column = edition.column(pollutant, averaging)
    value = index_concentration(edition, pollutant, concentration)
    if value is None:
        return None
    if value > column[-1].concentration:
        rule = edition.over_range.get((pollutant, averaging))
        return edition.cap if rule is None else rule.iaqi
    for low, high in pairwise(column):
        if value <= high.concentration:
            slope = Fraction(high.iaqi - low.iaqi) / (high.concentration - low.concentration)
            return ceil_exact(slope * (value - low.concentration) + low.iaqi)
    raise AssertionError("breakpoints ascend")  # pragma: no cover


def air_quality_index(edition: IndexEdition, report: Report, concentrations: Mapping[str, object]) -> AirQualityIndex:
    """AQI of one day (日报) or one hour (实时报) from the concentrations of its items.

    Parameters
    ----------
    report:
        `daily` or `hourly`.
    concentrations:
        Item name → value [µg/m³; CO mg/m³]. Names are those of `edition.items[report]`: daily `SO2_24h NO2_24h CO_24h
        O3_8h PM10_24h PM2.5_24h` (2012 also `O3_1h`, the maximum hour); hourly `SO2_1h NO2_1h CO_1h O3_1h` with
        `PM10_1h PM2.5_1h` (2026) or `O3_8h PM10_24h PM2.5_24h`, the rolling means, and `SO2_24h` for hours of SO2
        above 800 (2012). None or absent = missing, `/` = not monitored by plan.

    Raises
    ------
    InputError
        For an unknown item or a concentration that is negative or no number.
    """
    items = {item.name: item for item in edition.items[report]}
    unknown = [name for name in concentrations if name not in items]
    if unknown:
        raise InputError(
            f"{edition.name} {report} has no item {', '.join(map(repr, unknown))}.",
            fix=f"Use {', '.join(items)}.",
        )
    given = {name: concentrations.get(name) for name in items}
    sub_indices = _item_indices(edition, items, given)
    iaqi = {pollutant: _worst(pollutant, items, sub_indices) for pollutant in edition.pollutants}
    numbers = {pollutant: value for pollutant, value in iaqi.items() if isinstance(value, int)}
    missing = tuple(pollutant for pollutant, value in iaqi.items() if value is None)
    aqi = max(numbers.values(), default=None)
    if aqi == 0:
        aqi = edition.zero_index
    gate = edition.publish_incomplete_above
    publishable = aqi is not None and (not missing or gate is None or aqi > gate)
    primary: tuple[str, ...] = ()
    if aqi is not None and aqi > edition.primary_above:
        primary = tuple(pollutant for pollutant, value in numbers.items() if value == aqi)
    limit = edition.exceeding_above
    exceeding = None if limit is None else tuple(name for name, value in numbers.items() if value > limit)
    return AirQualityIndex(
        edition=edition.name,
        report=report,
        items={name: value for name, value in sub_indices.items() if not items[name].fallback_only},
        iaqi=iaqi,
        aqi=aqi,
        primary=primary,
        exceeding=exceeding,
        category=None if aqi is None else edition.category(aqi),
        missing=missing,
        publishable=publishable,
        above_range=_above_range(edition, items, given, missing),
    )


def _item_indices(edition: IndexEdition, items: Mapping[str, Item], given: Mapping[str, object]) -> dict[str, SubIndex]:
    """Sub-index per item; an item above a range without sub-index takes the item named as its fallback."""
    found: dict[str, SubIndex] = {}
    for name, item in items.items():
        value = given[name]
        if value == NOT_MONITORED:
            found[name] = NOT_MONITORED
            continue
        found[name] = sub_index(edition, item.pollutant, item.averaging, value)
        rule = edition.over_range.get((item.pollutant, item.averaging))
        stand_in = items.get(rule.fallback or "") if rule is not None else None
        if found[name] is None and stand_in is not None:
            over = index_concentration(edition, item.pollutant, value)
            if over is not None and given[stand_in.name] != NOT_MONITORED:
                found[name] = sub_index(edition, stand_in.pollutant, stand_in.averaging, given[stand_in.name])
    return found


def _worst(pollutant: str, items: Mapping[str, Item], sub_indices: Mapping[str, SubIndex]) -> SubIndex:
    mine = [sub_indices[item.name] for item in items.values() if item.pollutant == pollutant and not item.fallback_only]
    numbers = [value for value in mine if isinstance(value, int)]
    if numbers:
        return max(numbers)
    return NOT_MONITORED if NOT_MONITORED in mine else None


def _above_range(
    edition: IndexEdition, items: Mapping[str, Item], given: Mapping[str, object], missing: tuple[str, ...]
) -> tuple[str, ...]:
    """Missing pollutants of which a value is there, only too high for the table."""
    found = {
        item.pollutant
        for name, item in items.items()
        if item.pollutant in missing
        and not item.fallback_only
        and given[name] != NOT_MONITORED
        and index_concentration(edition, item.pollutant, given[name]) is not None
    }
    return tuple(pollutant for pollutant in missing if pollutant in found)
