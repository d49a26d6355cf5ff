"""What the search for sources reads: days and hours of a run's cities, winds of the lake at the run's version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from saishang.apps.indicators import queries
from saishang.apps.indicators.models import Run
from saishang.apps.observations.queries import site_lake
from saishang.lake import Lake
from saishang.rules import Rules, load_rules
from saishang.science.origin.from_rules import OriginRule, origin_rule
from saishang.science.origin.trajectory import Field, distance_km
from saishang.science.origin.wind import Floats, Ints, direction_of

__all__ = ["PARAMETERS", "OriginInputs", "Place", "WindSeries", "km_between", "places_of", "read_inputs"]

#: Items of days; ozone as the daily maximum of the 8-hour mean.
PARAMETERS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3_8H")
_HOURLY = ("PM2.5", "PM10", "NO2", "O3")
_WINDS = ("WS", "WD", "WD_MAX", "U10", "V10")
_DAY = timedelta(days=1)
_HOURS = 24


@dataclass(frozen=True)
class Place:
    """A place with a code, both names and its position [°]."""

    code: str
    zh: str
    en: str
    lon: float
    lat: float


@dataclass(frozen=True)
class WindSeries:
    """A wind by day or by hour.

    Attributes
    ----------
    kind:
        `reanalysis` (field at the city), `station` (mean speed, direction of the strongest 10 minutes), or
        `station_hours` (speed and direction of each hour).
    station:
        Code of the weather station; empty for the field.
    first:
        Day of the first value; values follow without a gap, NaN where missing.
    per_day:
        1 or 24.
    """

    kind: str
    station: str
    first: date
    speed: Floats
    direction: Floats
    per_day: int = 1

    @property
    def days(self) -> int:
        """Length in days."""
        return len(self.speed) // self.per_day


@dataclass(frozen=True)
class OriginInputs:
    """All that is read.

    Attributes
    ----------
    values:
        (city, parameter) → day → value of every valid day.
    hours:
        (city, parameter) → [day, 24] from `hours_first` on, an hour standing at the hour in which it begins.
    winds:
        City → winds that may stand for it. `station_winds`: every station with its place.
    field, field_first:
        The wind of the reanalysis and the day of its first row; None without it.
    """

    run: str
    as_of: date
    site: str
    rules: Rules
    rule: OriginRule
    cities: Mapping[str, Place]
    values: Mapping[tuple[str, str], Mapping[date, float]]
    hours: Mapping[tuple[str, str], Floats]
    hours_first: date
    winds: Mapping[str, Sequence[WindSeries]]
    station_winds: Sequence[tuple[Place, WindSeries]]
    field: Field | None
    field_first: date
    towns: Sequence[Place]
    outlines: Mapping[str, Sequence[Floats]]


def read_inputs(identifier: str) -> OriginInputs:
    """Read what a run (by id) and its version of the lake say."""
    run = Run.objects.get(pk=identifier)
    rules = load_rules(settings.CONFIG.rules_overlay)
    rule = origin_rule(rules)
    site, codes = str(run.parameters["site"]), [str(code) for code in run.parameters.get("cities") or ()]
    cities = _cities(rules, site, codes)
    observed = _observed(site_lake(), run.lake_version, run.as_of)
    field, field_first = _field(rules, rule, site, observed)
    stations = _stations(rules, rule, site, observed)
    winds: dict[str, list[WindSeries]] = {}
    for code, city in cities.items():
        found = [
            wind
            for place, wind in stations
            if km_between(place, city) <= rule.wind.reach_km
        ]  # fmt: skip
        if field is not None:
            found.append(_at_city(field, field_first, city))
        winds[code] = found
    hours, hours_first = _city_hours(identifier, codes)
    return OriginInputs(
        run=identifier, as_of=run.as_of, site=site, rules=rules, rule=rule, cities=cities, values=_days(identifier,
        codes), hours=hours, hours_first=hours_first, winds=winds, station_winds=stations, field=field,
        field_first=field_first, towns=places_of(rules, site, "place"), outlines=_outlines(rules, site, codes),
    )  # fmt: skip


def km_between(a: Place, b: Place) -> float:
    """Distance of two places [km]."""
    return float(distance_km(np.array(a.lon), np.array(a.lat), np.array(b.lon), np.array(b.lat)))


def _cities(rules: Rules, site: str, codes: Sequence[str]) -> dict[str, Place]:
    """Cities at the middle of the stations that make their means: there the values are measured."""
    places: dict[str, list[tuple[float, float]]] = {}
    table = rules.tables.get(f"sites/{site}/air_stations")
    for row in table.rows if table is not None else ():
        if row["city_mean"] and row["lon"] is not None and row["lat"] is not None:
            places.setdefault(str(row["region"]), []).append((float(row["lon"]), float(row["lat"])))
    found = {}
    for code in codes:
        points = places.get(code)
        if points:
            region = rules.regions[code]
            lon, lat = (sum(each) / len(points) for each in zip(*points, strict=True))
            found[code] = Place(code, str(region["short"] or region["zh"]), str(region["en"]), lon, lat)
    return found


def places_of(rules: Rules, site: str, kind: str) -> list[Place]:
    """Points of wind (`wind`) or towns around (`place`) of a site, in the table's order."""
    table = rules.tables.get(f"sites/{site}/origin_places")
    return [
        Place(str(row["code"]), str(row["zh"]), str(row["en"]), float(row["lon"]), float(row["lat"]))
        for row in (table.rows if table is not None else ())
        if row["kind"] == kind
    ]


def _outlines(rules: Rules, site: str, codes: Sequence[str]) -> dict[str, list[Floats]]:
    """Rings of the cities' outlines, each an array of (lon, lat)."""
    name = f"sites/{site}/prefecture"
    if name not in rules.geometries:
        return {}
    found: dict[str, list[Floats]] = {}
    for feature in rules.geometry(name)["features"]:
        code, shape = str(feature["properties"].get("code", "")), feature["geometry"]
        if code in codes:
            polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            found[code] = [np.array(ring, dtype=float) for polygon in polygons for ring in polygon]
    return found


def _days(run: str, codes: Sequence[str]) -> dict[tuple[str, str], dict[date, float]]:
    found: dict[tuple[str, str], dict[date, float]] = {}
    marks = ", ".join("?" * len(codes))
    for row in queries.select(run, "city_daily", f"valid and region in ({marks})" if codes else "false", list(codes)):
        if row["parameter"] in PARAMETERS and row["value"] is not None:
            found.setdefault((row["region"], row["parameter"]), {})[row["day"]] = float(row["value"])
    return found


def _city_hours(run: str, codes: Sequence[str]) -> tuple[dict[tuple[str, str], Floats], date]:
    marks = ", ".join("?" * len(codes))
    rows = queries.select(run, "city_aqi_hourly", f"region in ({marks})" if codes else "false", list(codes))
    if not rows:
        return {}, date.min
    begins = [row["end"] - timedelta(hours=1) for row in rows]
    first, last = min(begins).date(), max(begins).date()
    size = (last - first).days + 1
    found = {(code, item): np.full((size, 24), np.nan) for code in codes for item in _HOURLY}
    places = [(begin.toordinal() - first.toordinal(), begin.hour) for begin in begins]
    for row, place in zip(rows, places, strict=True):
        for item in _HOURLY:
            if row[f"value_{item}"] is not None:
                found[row["region"], item][place] = row[f"value_{item}"]
    return {key: each for key, each in found.items() if not np.isnan(each).all()}, first


#: (station, parameter, hours of the interval) → (hours since 1970 of each start, values); days start at midnight.
Observed = Mapping[tuple[str, str, int], tuple[Ints, Floats]]
_EPOCH = date(1970, 1, 1)


def _observed(lake: Lake, version: int, as_of: date) -> Observed:
    """Winds by station and parameter; a day of the weather service, from 20 to 20 o'clock, is the day of its end."""
    edge = datetime.combine(as_of + _DAY, time())
    wanted = (
        (pc.field("medium") == "met")
        & pc.field("parameter").isin(list(_WINDS))
        & (pc.field("end") <= pa.scalar(edge, pa.timestamp("us")))
    )
    columns = ["station", "parameter", "start", "end", "source", "value", "qualifier"]
    table = lake.observations(version).to_table(columns=columns, filter=wanted)
    # Of two series that give one station's day the last by name stands, in every replay.
    table = table.sort_by([(name, "ascending") for name in ("station", "parameter", "end", "source")])
    start, end = (table.column(name).to_numpy().astype("datetime64[h]").astype(np.int64) for name in ("start", "end"))
    values = table.column("value").to_numpy()
    marks = pc.fill_null(table.column("qualifier"), "").to_numpy(zero_copy_only=False)
    usable = ~np.isnan(values) & ((marks == "") | (marks == "<"))
    begin = np.where(end - start == _HOURS, (end - 1) // _HOURS * _HOURS, start)
    length = end - start
    names = [table.column(name).to_numpy(zero_copy_only=False).astype(str) for name in ("station", "parameter")]
    found = {}
    for station, parameter in sorted(set(zip(*names, strict=True))):
        mine = usable & (names[0] == station) & (names[1] == parameter)
        for hours in (1, _HOURS):
            rows = mine & (length == hours)
            if rows.any():
                found[str(station), str(parameter), hours] = (begin[rows], values[rows])
    return found


def _series(observed: tuple[Ints, Floats], first: date, size: int, per_day: int) -> Floats:
    made = np.full(size * per_day, np.nan)
    places = (observed[0] - (first - _EPOCH).days * _HOURS) * per_day // _HOURS
    inside = (places >= 0) & (places < len(made))
    made[places[inside]] = observed[1][inside]
    return made


def _span(*series: tuple[Ints, Floats]) -> tuple[date, int]:
    first = min(int(hours.min()) for hours, _values in series) // _HOURS
    last = max(int(hours.max()) for hours, _values in series) // _HOURS
    return _EPOCH + timedelta(days=first), last - first + 1


def _field(rules: Rules, rule: OriginRule, site: str, observed: Observed) -> tuple[Field | None, date]:
    """Points that have both components by day."""
    points = [
        place
        for place in places_of(rules, site, "wind")
        if (place.code, "U10", 24) in observed and (place.code, "V10", 24) in observed
    ]
    if not points:
        return None, date.min
    first, size = _span(*(observed[place.code, name, 24] for place in points for name in ("U10", "V10")))
    u, v = (
        np.stack([_series(observed[place.code, name, 24], first, size, 1) for place in points], axis=1)
        for name in ("U10", "V10")
    )
    lon, lat = np.array([place.lon for place in points]), np.array([place.lat for place in points])
    return Field(lon, lat, u, v, rule.paths.power, rule.paths.reach_km), first


def _stations(rules: Rules, rule: OriginRule, site: str, observed: Observed) -> list[tuple[Place, WindSeries]]:
    table = rules.tables.get(f"sites/{site}/met_stations")
    found = []
    for row in table.rows if table is not None else ():
        code = str(row["code"])
        if row["lon"] is None or row["lat"] is None:
            continue
        place = Place(code, str(row["zh"]), str(row["en"]), float(row["lon"]), float(row["lat"]))
        for kind, direction, hours in (("station", "WD_MAX", 24), ("station_hours", "WD", 1)):
            if (code, "WS", hours) not in observed or (code, direction, hours) not in observed:
                continue
            first, size = _span(observed[code, "WS", hours], observed[code, direction, hours])
            per_day = 24 // hours
            speed = _series(observed[code, "WS", hours], first, size, per_day)
            turned = _series(observed[code, direction, hours], first, size, per_day)
            if direction == "WD_MAX":
                speed = np.where(rule.wind.calm_code(turned), 0.0, speed)
                turned = rule.wind.degrees(turned)
            found.append((place, WindSeries(kind, code, first, speed, turned, per_day)))
    return found


def _at_city(field: Field, first: date, city: Place) -> WindSeries:
    days = len(field.u)
    u, v = field.at(np.full(days, city.lon), np.full(days, city.lat), np.arange(days, dtype=np.float64) + 0.5)
    speed, direction = direction_of(u, v)
    return WindSeries("reanalysis", "", first, speed, direction)
