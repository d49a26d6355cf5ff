"""The days of a run, exact again: what the outlook and the costs are computed from.

A run's tables hold daily values as binary numbers of the engine's whole ticks; the tick brings the exact value back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from saishang.apps.indicators import queries
from saishang.apps.indicators.models import Run
from saishang.lake.duck import connect_duck
from saishang.rules import Rules, load_rules
from saishang.science.air.series import AirRules
from saishang.science.outlook.cost import HourSum

__all__ = ["BASES", "DayLevel", "RunDays", "StationDay", "hour_sums", "run_days", "station_days", "station_values"]

#: Bases of the outlook, and the basis of the good days that goes with each.
BASES = {"measured": "measured", "dust_removed": "assessment"}
#: Parameters whose daily value is a mean of hours, so that an hour's part can be told.
_LINEAR = ("SO2", "NO2", "CO", "PM10", "PM2.5")


@dataclass(frozen=True)
class DayLevel:
    """A day that counts in the share of good days: level as measured and whether it is deducted in assessment."""

    level: int
    deducted: bool

    def good(self, basis: str) -> bool:
        """Whether it is a good day on a basis of the good days (`measured`, `assessment`)."""
        return self.level <= 2 or (basis == "assessment" and self.deducted)


@dataclass(frozen=True)
class StationDay:
    """How a day stands at a station: hours present by parameter, and why a parameter's day does not count."""

    station: str
    region: str
    city_mean: bool
    day: date
    hours: Mapping[str, int]
    void: Mapping[str, str]


@dataclass(frozen=True)
class RunDays:
    """Daily values of a run's cities.

    Attributes
    ----------
    values:
        (city, parameter) → day → value [µg/m³; CO mg/m³] of every valid day of the run.
    levels:
        City → day → level, of the days that count in the share of good days.
    dust:
        City → confirmed sand-dust days; `proposed` those still waiting for a decision.
    published:
        (city, parameter) → days whose value arrived as such, without stations.
    masked:
        Parameters that are left out on sand-dust days.
    """

    run: str
    as_of: date
    region: str
    site: str
    cities: tuple[str, ...]
    values: Mapping[tuple[str, str], Mapping[date, Fraction]]
    levels: Mapping[str, Mapping[date, DayLevel]]
    dust: Mapping[str, frozenset[date]]
    proposed: Mapping[str, frozenset[date]]
    published: Mapping[tuple[str, str], frozenset[date]]
    masked: tuple[str, ...]

    def span(self, city: str, parameter: str, basis: str, first: date, last: date) -> dict[date, Fraction]:
        """Valid values from `first` to `last` on a basis (`measured`, `dust_removed`)."""
        left_out = self.dust.get(city, frozenset()) if basis == "dust_removed" and parameter in self.masked else ()
        found = self.values.get((city, parameter), {})
        return {day: value for day, value in found.items() if first <= day <= last and day not in left_out}

    def good_days(self, city: str, basis: str, first: date, last: date) -> tuple[int, int]:
        """(good, valid) days from `first` to `last` on a basis of the good days."""
        counted = [level for day, level in self.levels.get(city, {}).items() if first <= day <= last]
        return sum(level.good(basis) for level in counted), len(counted)


def run_days(identifier: str) -> RunDays:
    """The days of a run (`latest` for the newest); runs never change, so the last few are kept at hand.

    Raises
    ------
    NoSuchRun
        When there is no such run.
    """
    run = queries.get_run(identifier)
    return _read(str(settings.CONFIG.runs), run.id)


@lru_cache(maxsize=4)
def _read(folder: str, identifier: str) -> RunDays:
    # The folder is a part of the key: tests keep runs of the same id in different places.
    run = Run.objects.get(pk=identifier)
    rules = load_rules(settings.CONFIG.rules_overlay)
    air = AirRules.from_rules(rules)
    unit = air.grid.unit
    cities = tuple(run.parameters["cities"])
    # A lake may hold the whole country; the outlook is about the region's cities.
    marks = ", ".join("?" * len(cities))
    among, wanted = f"region in ({marks})" if cities else "false", list(cities)
    values: dict[tuple[str, str], dict[date, Fraction]] = {}
    published: dict[tuple[str, str], set[date]] = {}
    for row in queries.select(identifier, "city_daily", f"valid and {among}", wanted):
        key = (row["region"], row["parameter"])
        values.setdefault(key, {})[row["day"]] = _exact(row["value"], unit)
        if row["origin"] == "published":
            published.setdefault(key, set()).add(row["day"])
    dust: dict[str, dict[str, set[date]]] = {"confirmed": {}, "proposed": {}}
    for row in queries.select(identifier, "dust_days", among, wanted):
        if row["status"] in dust:
            dust[row["status"]].setdefault(row["region"], set()).add(row["day"])
    return RunDays(
        run=identifier,
        as_of=run.as_of,
        region=str(run.parameters["region"]),
        site=str(run.parameters["site"]),
        cities=cities,
        values=values,
        levels=_levels(identifier, air, among, wanted),
        dust={city: frozenset(days) for city, days in dust["confirmed"].items()},
        proposed={city: frozenset(days) for city, days in dust["proposed"].items()},
        published={key: frozenset(days) for key, days in published.items()},
        masked=air.dust_masked,
    )


def _exact(value: float, unit: int) -> Fraction:
    return Fraction(round(value * unit), unit)


def _levels(identifier: str, air: AirRules, among: str, wanted: list[str]) -> dict[str, dict[date, DayLevel]]:
    """Days that count: published, and whole or polluted all the same (see `science.air.series.days`)."""

    def counted(row: Mapping[str, Any]) -> bool:
        return bool(row["publishable"]) and (not air.whole_index or bool(row["complete"]) or row["aqi"] > 100)

    without = {
        (row["region"], row["day"]): int(row["level"])
        for row in queries.select(identifier, "city_aqi_without_dust", f"level is not null and {among}", wanted)
        if counted(row)
    }
    found: dict[str, dict[date, DayLevel]] = {}
    for row in queries.select(identifier, "city_aqi", f"level is not null and {among}", wanted):
        if counted(row):
            level, clean = int(row["level"]), without.get((row["region"], row["day"]))
            deducted = level > 2 and clean is not None and clean <= 2
            found.setdefault(row["region"], {})[row["day"]] = DayLevel(level, deducted)
    return found


def station_days(days: RunDays, first: date, last: date) -> list[StationDay]:
    """Every station's days from `first` to `last`, in the order of day, city and station."""
    rows = queries.select(
        days.run, "station_daily", "day between ? and ? and parameter <> 'O3_1H'", [first, last], "day, region, station"
    )
    found: dict[tuple[date, str], dict[str, dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["day"], row["station"]), {})[row["parameter"]] = row
    return [
        StationDay(
            station=station,
            region=next(iter(each.values()))["region"],
            city_mean=bool(next(iter(each.values()))["city_mean"]),
            day=day,
            hours={parameter: int(row["hours_present"] or 0) for parameter, row in each.items()},
            void={parameter: row["reason"] or "void" for parameter, row in each.items() if not row["valid"]},
        )
        for (day, station), each in found.items()
    ]


def station_values(
    days: RunDays, city: str, parameter: str, wanted: frozenset[date]
) -> dict[date, dict[str, Fraction]]:
    """Valid daily values of the stations that made the city's value on the wanted days; published days have none."""
    unit = AirRules.from_rules(_rules()).grid.unit
    found: dict[date, dict[str, Fraction]] = {}
    left = wanted - days.published.get((city, parameter), frozenset())
    rows = queries.select(
        days.run, "station_daily", "region = ? and parameter = ? and valid and city_mean", [city, parameter]
    )
    for row in rows:
        if row["day"] in left:
            found.setdefault(row["day"], {})[row["station"]] = _exact(row["value"], unit)
    return found


def hour_sums(days: RunDays, city: str, parameter: str, wanted: frozenset[date]) -> list[HourSum]:
    """Hours behind the city's days, added up by hour of the day, hours present and stations valid.

    Empty for ozone, whose day is a maximum, and where the run keeps no hours.
    """
    left = sorted(wanted - days.published.get((city, parameter), frozenset()))
    folder = Path(settings.CONFIG.runs) / days.run
    files = [folder / f"{name}.parquet" for name in ("station_aqi_hourly", "station_daily", "city_daily")]
    if parameter not in _LINEAR or not left or not all(path.is_file() for path in files):
        return []
    # An hour belongs to the day in which it begins: the one that ends at midnight closes the day before.
    sql = (
        f'with hours as (select station, "end" - interval 1 hour as begin, "value_{parameter}" as value '  # noqa: S608
        "from read_parquet($hours) where region = $city and value is not null), "
        "stations as (select station, day, hours_present from read_parquet($stations) "
        "where region = $city and parameter = $parameter and valid and city_mean), "
        "cities as (select day, stations_valid from read_parquet($cities) "
        "where region = $city and parameter = $parameter and valid and list_contains($days, day)) "
        "select hour(begin), hours_present, stations_valid, count(*), sum(round(value * 1000)::hugeint) "
        "from hours join stations on stations.station = hours.station and stations.day = begin::date "
        "join cities on cities.day = begin::date group by all order by all"
    )
    given = {"hours": str(files[0]), "stations": str(files[1]), "cities": str(files[2]), "city": city}
    with connect_duck(threads=2) as connection:
        rows = connection.execute(sql, given | {"parameter": parameter, "days": left}).fetchall()
    return [
        HourSum(hour, hours, stations, count, Fraction(int(total), 1000))
        for hour, hours, stations, count, total in rows
    ]


def _rules() -> Rules:
    return load_rules(settings.CONFIG.rules_overlay)
