"""Which values rest on one row of the lake, medium by medium: forward from the raw line to the published number.

The places of a station and what of it was counted are taken from the tables of the run itself. A row that a run did not
count (a day without enough hours, an item that does not decide a class) carries no number, and none is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from saishang.apps.indicators import water_tables
from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.media import Asked, Counted, Observed, Rests
from saishang.apps.indicators.values import DEMONSTRATION
from saishang.apps.indicators.water_places import flow_places, sources
from saishang.science.noise.series import NoiseRules

__all__ = ["air", "climate", "groundwater", "noise", "radiation", "soil", "water"]

#: Parameter of an hour → parameters of a day that are made of it.
_DAILY: Mapping[str, tuple[str, ...]] = {"O3": ("O3_8H", "O3_1H")}
#: Column of the climate's years → parameters that it is made of.
_CLIMATE: Mapping[str, tuple[str, ...]] = {
    "rain": ("PRECIP",), "heavy_days": ("PRECIP",), "rainstorm_days": ("PRECIP",), "dry_days": ("PRECIP",),
    "wettest": ("PRECIP",), "hot_days": ("T_MAX",), "maximum": ("T_MAX",), "heat_waves": ("T_MAX", "RH"),
    "minimum": ("T_MIN",), "cold_waves": ("T_MIN",), "mean": ("T",),
}  # fmt: skip


def air(asked: Asked, folder: Path, row: Observed) -> Rests | None:
    """Numbers of the station's city, and of the region that it is a part of, whose day counts the hour."""
    station = next((r for r in asked.rows("air_stations") if r["code"] == row.station), None)
    city = row.station.removeprefix("city:") if row.station.startswith("city:") else ""
    if station is not None:
        city = str(station["region"]) if station["city_mean"] else ""
    if not city:
        return None
    parameters = _DAILY.get(row.parameter, (row.parameter,))
    # An ozone hour is a part of windows of eight hours, which end on the same day or the next.
    days = {row.day, row.day + timedelta(days=1)} if row.parameter == "O3" else {row.day}
    counted = _air_counted(folder, row, city, parameters, days)
    if not counted:
        return None
    home = asked.rules.regions.get(city)
    above = asked.region if home is not None and home["parent"] == asked.region and home["city_mean"] else ""

    def told(way: Indicator, value: Counted) -> bool:
        key = value.inputs["key"]
        if key.get("parameter", "") and key["parameter"] not in counted:
            return False
        if key["scope"] == "city":
            return bool(key["id"] == city)
        return bool(above) and value.region == above

    return told


def _air_counted(
    folder: Path, row: Observed, city: str, parameters: Collection[str], days: Collection[Any]
) -> set[str]:
    """Parameters whose figure of the day counts the row."""
    of_city = _rows(folder, "city_daily", region=city)
    origin = "published" if row.station.startswith("city:") else "stations"
    found = {
        r["parameter"] for r in of_city if r["parameter"] in parameters and r["day"] in days and r["origin"] == origin
    }
    if origin == "published":
        return found
    mine = _rows(folder, "station_daily", station=row.station)
    return found & {r["parameter"] for r in mine if r["day"] in days and r["value"] is not None}


def water(asked: Asked, folder: Path, row: Observed) -> Rests | None:
    """Groups of a section, for items that its class is made of; shares of sources and of sections that keep a flow."""
    used = {r["parameter"] for r in _rows(folder, "section_items", section=row.station) if r["used"]}
    groups = {
        (group.scope, group.id)
        for group in water_tables.groups(asked.rules, asked.site, asked.region)
        if row.station in group.sections
    }
    springs = [
        entry for entry in sources(asked.rules, asked.as_of, asked.known_at)
        if any(view.values["station"] == row.station for _, _, view in entry.spans)
    ]  # fmt: skip
    drawn = {code for entry in springs for code in _above(asked, entry.last.region)}
    flows = [e for e in flow_places(asked.rules, asked.as_of, asked.known_at) if e.last.key == row.station]
    if not (groups and row.parameter in used) and not springs and not flows:
        return None

    def told(way: Indicator, value: Counted) -> bool:
        key, table = value.inputs["key"], value.inputs["table"]
        if table == "water_source_shares":
            return key["id"] in drawn and any(entry.invented is _invented(value) for entry in springs)
        if table == "water_flow":
            return row.parameter == "FLOW" and any(entry.invented is _invented(value) for entry in flows)
        return row.parameter in used and (key["scope"], key["id"]) in groups

    return told


def climate(asked: Asked, folder: Path, row: Observed) -> Rests | None:
    """Figures of the years of the station's region, made of the parameter."""
    if row.end - row.start != timedelta(days=1):
        return None

    def told(way: Indicator, value: Counted) -> bool:
        column = str(way.statistic["statistic"])
        return row.station in value.coverage.get("stations", ()) and row.parameter in _CLIMATE.get(column, ())

    return told


def noise(asked: Asked, folder: Path, row: Observed) -> Rests | None:
    """Rates of the station's region and those above it, by day or by night; wind and rain decide which hours count."""
    if row.parameter not in (NoiseRules.level, NoiseRules.wind, NoiseRules.rain):
        return None
    known = _rows(folder, "noise_stations", station=row.station)
    if not known:
        return None
    rules = NoiseRules.from_rules(asked.rules, asked.as_of)
    span = "day" if rules.day_start <= row.start.hour < rules.day_end else "night"
    return _regional(asked, known, "noise_rates", lambda way: way.statistic.get("span") == span)


def radiation(asked: Asked, folder: Path, row: Observed) -> Rests | None:
    """Figures of the network of the station's region and those above it."""
    known = _rows(folder, "radiation_stations", station=row.station)
    start = {"GAMMA": "gamma", "EMF_E": "emf"}.get(row.parameter)
    if not known or start is None:
        return None
    return _regional(asked, known, "radiation_network", lambda way: str(way.statistic["figure"]).startswith(start))


def groundwater(asked: Asked, folder: Path, row: Observed) -> Rests | None:
    """Shares of the networks of the point, in its region and those above it."""
    known = _rows(folder, "groundwater_class", point=row.station)
    if not known:
        return None
    networks = {"all", *(str(r["network"]) for r in known)}
    return _regional(asked, known, "groundwater_shares", lambda way: way.statistic["network"] in networks)


def soil(asked: Asked, folder: Path, row: Observed) -> Rests | None:
    """Shares of the land of the point, in its region and those above it."""
    known = _rows(folder, "soil_samples", point=row.station)
    if not known:
        return None
    lands = {"all", *(str(r["land"]) for r in known)}
    return _regional(asked, known, "soil_shares", lambda way: way.statistic["land"] in lands)


def _regional(asked: Asked, known: Collection[Mapping[str, Any]], table: str, fits: Any) -> Rests:
    """Values of a table for the region of a station and every region above it, on the station's basis."""
    regions = {code for r in known for code in _above(asked, str(r["region"]))}
    bases = {str(r["basis"]) for r in known}

    def told(way: Indicator, value: Counted) -> bool:
        key = value.inputs["key"]
        return value.inputs["table"] == table and key["id"] in regions and value.basis in bases and bool(fits(way))

    return told


def _above(asked: Asked, region: str) -> set[str]:
    """A region and every region that holds it."""
    return {region, *asked.rules.regions_above(region)} if region in asked.rules.regions else set()


def _invented(value: Counted) -> bool:
    return value.basis == DEMONSTRATION


def _rows(folder: Path, table: str, **match: str) -> list[dict[str, Any]]:
    """Rows of a run's table whose column has a value; none where the run has no such table."""
    path = folder / f"{table}.parquet"
    if not path.is_file():
        return []
    found: list[dict[str, Any]] = pq.read_table(
        path, filters=[(name, "=", text) for name, text in match.items()]
    ).to_pylist()
    return found
