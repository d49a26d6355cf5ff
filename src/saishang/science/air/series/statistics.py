"""The tables of the contract, built from one another: what is kept in between is the caller's business.

A caller materialises `station_days` and `city_days` once (`saishang.lake.engines.evaluate_air` does); the other tables
are cheap expressions on top of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis

from saishang.science.air.series.calendar import KINDS, Reference
from saishang.science.air.series.city import city_days, city_rows, published_days
from saishang.science.air.series.composite import attainment, composite_index, rankings
from saishang.science.air.series.daily import day_sums, operating_days, station_days, station_rows
from saishang.science.air.series.days import day_levels, period_day_counts
from saishang.science.air.series.hourly import city_hour_items, hourly_index, station_hour_items, station_hours
from saishang.science.air.series.index import city_index, mask_particles, sub_indices
from saishang.science.air.series.ozone import ozone_days
from saishang.science.air.series.periods import (
    daily_values,
    month_sums,
    order_statistics,
    period_figures,
    published_statistics,
    region_figures,
    without_dust,
)
from saishang.science.air.series.rules import DAILY, AirRules

__all__ = ["AirStatistics"]


@dataclass(frozen=True)
class AirStatistics:
    """Air statistics under one set of rules and one calendar.

    Attributes
    ----------
    station_percentiles:
        Kinds of periods for which stations get percentiles too; cities get them for every kind.
    editions:
        Editions of the index on the days of the calendar (`Calendar.editions`).
    """

    rules: AirRules
    reference: Reference
    station_percentiles: Sequence[str] = ("year",)
    editions: Sequence[str] = ()

    # From the hours: each of these reads the observations once and may be called month by month.

    def day_sums(self, observations: Any) -> Any:
        """Packed sums of the linear parameters per station and day."""
        return day_sums(observations, self.rules)

    def ozone_days(self, observations: Any) -> Any:
        """Ozone's largest window and hour per station and day."""
        return ozone_days(observations, self.rules)

    def published_days(self, observations: Any) -> Any:
        """City days that arrived as such."""
        return published_days(observations, self.rules)

    def station_hours(self, observations: Any, since: datetime | None) -> Any:
        """Hours of stations with their running sums; see `hourly.station_hours`."""
        return station_hours(observations, self.rules, since=since)

    # Hours.

    def station_hour_items(self, stations: Any, packed: Any) -> Any:
        """Items of the hourly report of stations, every hour of the calendar."""
        return station_hour_items(stations, packed, self.reference, self.rules)

    def station_aqi_hourly(self, items: Any) -> Any:
        """Contract table `station_aqi_hourly`."""
        return hourly_index(items, self.rules, self.editions, keys=("station", "region"))

    def city_aqi_hourly(self, items: Any) -> Any:
        """Contract table `city_aqi_hourly`."""
        cities = city_hour_items(items, self.rules)
        return hourly_index(cities, self.rules, self.editions, keys=("region",))

    # Days.

    def station_days(self, stations: Any, sums: Any, ozone: Any) -> Any:
        """Station days in ticks, every operating day of the calendar, one column per parameter."""
        days = operating_days(stations, self.reference)
        return station_days(days, sums, ozone, self.rules)

    def city_days(self, station_days: Any, published: Any = None) -> Any:
        """City days in ticks, every day of the calendar, one column per parameter."""
        return city_days(station_days, published, self.reference, self.rules)

    def station_daily(self, station_days: Any) -> Any:
        """Contract table `station_daily`; values in the unit of the parameter, unrounded, null when void."""
        rows = station_rows(station_days, self.rules)
        return rows.select(
            "station", "region", "city_mean", "parameter", "day",
            value=self._value(rows.ticks),
            hours_present=rows.hours_present, hours_expected=ibis.literal(24).cast("int64"),
            valid=rows.ticks.notnull(), reason=rows.reason,
        )  # fmt: skip

    def city_daily(self, city_days: Any) -> Any:
        """Contract table `city_daily`."""
        rows = city_rows(city_days)
        return rows.select(
            "region", "parameter", "day",
            value=self._value(rows.ticks),
            stations_valid=rows.stations_valid, stations_expected=rows.stations_expected,
            valid=rows.ticks.notnull(), reason=rows.reason, origin=rows.origin,
        )  # fmt: skip

    def indexed_days(self, city_days: Any) -> Any:
        """City days with their sub-indices in the edition of the day."""
        return sub_indices(city_days, self.rules, self.editions)

    def masked_days(self, indexed_days: Any, dust: Any) -> Any:
        """City days with the particles of sand-dust days taken out (basis `dust_removed`)."""
        return mask_particles(indexed_days, dust, self.rules)

    def city_aqi(self, indexed_days: Any) -> Any:
        """Contract table `city_aqi` of the days as measured."""
        return city_index(indexed_days, self.rules)

    def city_aqi_without_dust(self, masked_days: Any) -> Any:
        """The index with the particles of dust days left out and excused."""
        return city_index(masked_days, self.rules, excused=True)

    # Periods.

    def station_figures(self, station_days: Any) -> Any:
        """Unrounded figures of stations, basis `measured`."""
        return self._figures(station_days, "station", kinds=self.station_percentiles)

    def city_figures(self, city_days: Any) -> Any:
        """Unrounded figures of cities as measured."""
        return self._figures(city_days, "region")

    def city_figures_without_dust(self, city_figures: Any, masked_days: Any) -> Any:
        """Unrounded figures of cities without sand-dust days; only the particles are computed anew."""
        particles = self._figures(masked_days, "region", codes=self.rules.dust_masked, basis="dust_removed")
        return without_dust(city_figures, particles, self.rules.dust_masked)

    def region_figures(self, city_figures: Any) -> Any:
        """Unrounded figures of regions: means over their cities."""
        return region_figures(city_figures, self.reference)

    def period_statistics(self, *figures: Any) -> Any:
        """Contract table `period_statistics` from one or more tables of figures."""
        together = ibis.union(*figures) if len(figures) > 1 else figures[0]
        return published_statistics(together, self.rules.grid)

    def day_levels(self, measured: Any, removed: Any) -> Any:
        """Level of each city's day per basis (`measured`, `dust_removed`, `assessment`)."""
        return day_levels(measured, removed, self.rules)

    def period_days(self, levels: Any) -> Any:
        """Contract table `period_days`: good days and days per level of cities and regions."""
        return period_day_counts(levels, self.reference)

    def composite(self, figures: Any) -> Any:
        """Contract table `composite`."""
        return composite_index(figures, self.reference)

    def composite_alternatives(self, figures: Any) -> Any:
        """Contract table `composite_alternatives`: by the settings that no day selects by itself."""
        return composite_index(figures, self.reference, alternative=True)

    def attainment(self, figures: Any) -> Any:
        """Contract table `attainment`: yearly figures against the limits."""
        return attainment(figures, self.reference)

    def ranking(self, composite: Any, figures: Any) -> Any:
        """Contract table `ranking`: by composite index and by PM2.5, with change and rank of the year before."""
        return rankings(composite, figures, self.reference)

    def _figures(
        self,
        days: Any,
        key: str,
        *,
        codes: Sequence[str] = DAILY,
        kinds: Sequence[str] = KINDS,
        basis: str = "measured",
    ) -> Any:
        values = daily_values(days, key=key)
        return period_figures(
            month_sums(values, codes), order_statistics(values, self.reference, self.rules, codes, kinds),
            self.reference, scope="station" if key == "station" else "city", basis=basis, percentile_kinds=kinds,
        )  # fmt: skip

    def _value(self, ticks: Any) -> Any:
        return ticks.cast("float64") / float(self.rules.grid.unit)
