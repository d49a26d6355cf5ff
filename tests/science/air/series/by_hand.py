"""The second method: the statistics of a small network by the single calculations of `saishang.science.air`, in exact
fractions and plain loops. Slow, and as close to the text of the standards as can be; shares no line with the series."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from saishang.rules import Rules
from saishang.science.air.aqi import AirQualityIndex, air_quality_index
from saishang.science.air.city import city_value
from saishang.science.air.composite import CompositeIndex, composite_index
from saishang.science.air.from_rules import composite_settings, index_edition, mda8_rule, validity_rules
from saishang.science.air.mda8 import daily_max_8h
from saishang.science.numbers import exact, mean
from saishang.science.percentile import percentile
from saishang.science.rounding import round_half_even

HOUR = timedelta(hours=1)
LINEAR = ("SO2", "NO2", "CO", "PM10", "PM2.5")
DAILY = (*LINEAR, "O3_8H", "O3_1H")
PERCENTILES = {"SO2": 98, "NO2": 98, "PM10": 95, "PM2.5": 95, "CO": 95, "O3_8H": 90}
ITEMS = {
    "SO2": "SO2_24h", "NO2": "NO2_24h", "CO": "CO_24h", "PM10": "PM10_24h", "PM2.5": "PM2.5_24h",
    "O3_8H": "O3_8h", "O3_1H": "O3_1h",
}  # fmt: skip
#: (station, parameter, start of the hour) → value
Hours = Mapping[tuple[str, str, datetime], float]


@dataclass
class ByHand:
    """Days and periods of a network; the same names as the contract's tables."""

    rules: Rules
    station_days: dict[tuple[str, str, date], Fraction | None] = field(default_factory=dict)
    city_days: dict[tuple[str, str, date], Fraction | None] = field(default_factory=dict)

    @classmethod
    def evaluate(
        cls, rules: Rules, hours: Hours, stations: Mapping[str, tuple[str, bool]], first: date, last: date
    ) -> ByHand:
        """`stations`: code → (city, counts for its mean)."""
        self = cls(rules)
        validity = validity_rules(rules, first)
        ozone = mda8_rule(rules, first)
        by_city: dict[str, list[str]] = defaultdict(list)
        for station, (city, counts) in stations.items():
            if counts:
                by_city[city].append(station)
        for day in span(first, last):
            begin = datetime.combine(day, datetime.min.time())
            clock = [begin + hour * HOUR for hour in range(24)]
            for station in stations:
                for parameter in LINEAR:
                    present = [exact(hours[k]) for at in clock if (k := (station, parameter, at)) in hours]
                    need = validity.need(parameter, "24h", "min_hourly_means_per_day")
                    self.station_days[station, parameter, day] = mean(present) if len(present) >= need else None
                o3 = [hours.get((station, "O3", at)) for at in clock]
                self.station_days[station, "O3_8H", day] = daily_max_8h(o3, ozone).value
                there = [exact(value) for value in o3 if value is not None]
                self.station_days[station, "O3_1H", day] = max(there) if len(there) >= 20 else None
            for city, members in by_city.items():
                for parameter in DAILY:
                    values = [self.station_days[station, parameter, day] for station in members]
                    self.city_days[city, parameter, day] = city_value(values, validity).value
        return self

    def index(self, city: str, day: date, *, edition: str | None = None, masked: bool = False) -> AirQualityIndex:
        """Index of a city's day; concentrations rounded as a city's day is published."""
        chosen = index_edition(self.rules, edition or day)
        known = {item.name for item in chosen.items["daily"]}
        given = {}
        for parameter, name in ITEMS.items():
            value = self.city_days[city, parameter, day]
            if name in known and value is not None and not (masked and parameter in ("PM10", "PM2.5")):
                given[name] = round_half_even(value, 1 if parameter == "CO" else 0)
        return air_quality_index(chosen, "daily", given)

    def period(
        self, city: str, parameter: str, first: date, last: date, *, without: Iterable[tuple[str, date]] = ()
    ) -> dict[str, Fraction | None]:
        """Mean and percentile over the valid days of a period, unrounded."""
        left_out = set(without) if parameter in ("PM10", "PM2.5") else set()
        days = [
            value
            for day in span(first, last)
            if (city, day) not in left_out and (value := self.city_days.get((city, parameter, day))) is not None
        ]
        found: dict[str, Fraction | None] = {"mean": mean(days)}
        if parameter in PERCENTILES:
            p = PERCENTILES[parameter]
            found[f"p{p}"] = percentile(days, p).value if days else None
        return found

    def composite(self, city: str, first: date, last: date, **more: Any) -> CompositeIndex:
        """Composite index of a period from its rounded figures."""
        settings = composite_settings(self.rules, last)
        given: dict[str, Any] = {}
        for parameter in PERCENTILES:
            figures = self.period(city, parameter, first, last, **more)
            value = figures["p95" if parameter == "CO" else "p90" if parameter == "O3_8H" else "mean"]
            name = "O3" if parameter == "O3_8H" else parameter
            given[name] = None if value is None else round_half_even(value, 1 if parameter == "CO" else 0)
        return composite_index(given, settings)


def span(first: date, last: date) -> list[date]:
    """Days from first to last, both inclusive."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def month(year: int, number: int) -> tuple[date, date]:
    """First and last day of a month."""
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])
