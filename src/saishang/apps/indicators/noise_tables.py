"""The noise tables of a run: hours of registered stations, and surveys of cities as the registers hold them.

Stations and surveys are registers, read as they stood on the run's day and as they were known when it began. Invented
ones are evaluated apart: `basis` is `measured` or `demonstration`, and no row mixes the two.

Tables (column names are a contract for pages and export):

- `noise_stations(station, name, region, zone, network, state, opened, closed, lon, lat, basis)`
- `noise_levels`, `noise_verdicts`, `noise_rates`, `noise_station_rates` as `lake.engines.noise` gives them, with
  `basis`; `region` of the rates is also each region above a station's and `all`
- `noise_unknown(station, first, last, hours)`: stations that sent levels up to the run's day and are not registered
- `noise_surveys(region, year, scope, span, points, points_without, length, mean, rounded, grade, valid,
  reason, basis)`; scope `regional | road`, span `day | night`, mean [dB(A)] and length [km] exact to ten decimals,
  grade 1–5; reason `levels_missing`, `grids_short`, `no_grades`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import pyarrow as pa

from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.provenance import digest
from saishang.apps.indicators.register_values import MEASURED, basis_of
from saishang.apps.indicators.values import DEMONSTRATION
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView, Filter
from saishang.lake.duck import connect_duck
from saishang.lake.engines import open_engine
from saishang.lake.engines.noise import NOISE_EXCLUDED, NOISE_TABLES, evaluate_noise
from saishang.lake.gaps import excluded_flags
from saishang.rules import RuleLookupError, Rules
from saishang.science.noise.from_rules import noise_grades, setting
from saishang.science.noise.levels import arithmetic_mean, length_weighted_mean
from saishang.science.noise.series import NOISE_STATIONS, NoiseCalendar, NoiseRules
from saishang.science.rounding import round_half_even

__all__ = ["STATIONS_KIND", "SURVEYS", "parameters_of", "survey_entries", "tables_of"]

STATIONS_KIND = "noise_stations"
Scope = Literal["regional", "road"]
#: Scope of a survey → the register that holds its results.
SURVEYS: Mapping[Scope, str] = {"regional": "noise_survey_grid", "road": "noise_survey_road"}
_EXACT = pa.decimal128(20, 10)
_STATION_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("station", "name", "region", "zone", "network", "state")),
        ("opened", pa.date32()), ("closed", pa.date32()), ("lon", pa.float64()), ("lat", pa.float64()),
        ("basis", pa.string()),
    ]
)  # fmt: skip
_UNKNOWN_SCHEMA = pa.schema(
    [("station", pa.string()), ("first", pa.date32()), ("last", pa.date32()), ("hours", pa.int32())]
)
_SURVEY_SCHEMA = pa.schema(
    [
        ("region", pa.string()), ("year", pa.int32()), ("scope", pa.string()), ("span", pa.string()),
        ("points", pa.int32()), ("points_without", pa.int32()), ("length", _EXACT), ("mean", _EXACT),
        ("rounded", pa.string()), ("grade", pa.int32()), ("valid", pa.bool_()), ("reason", pa.string()),
        ("basis", pa.string()),
    ]
)  # fmt: skip


def tables_of(asked: Asked) -> dict[str, pa.Table]:
    """The noise tables of a run; those of stations only when both stations and hours are there, surveys likewise."""
    stations = _stations(asked)
    found = _station_tables(asked, stations) | _unknown(asked, {str(row["station"]) for row in stations})
    surveys = list(_surveys(asked))
    if surveys:
        found["noise_surveys"] = pa.Table.from_pylist(surveys, schema=_SURVEY_SCHEMA)
    return found


def parameters_of(asked: Asked) -> dict[str, Any]:
    """What decides the digits of noise beside lake, rules, code and registers: excluded hours."""
    excluded = _excluded(asked)
    return {"excluded": digest(excluded)} if excluded else {}


def _stations(asked: Asked) -> list[dict[str, Any]]:
    """Rows of the stations as they stood on the run's day."""
    found = []
    for view in _entries(asked, STATIONS_KIND):
        lon, lat = (float(part) for part in view.place["coordinates"]) if view.place else (None, None)
        found.append(
            {
                "station": view.key, "name": view.title, "region": view.region, "zone": view.values["zone"],
                "network": view.values.get("network"), "state": view.state, "opened": _day(view.values.get("opened")),
                "closed": _day(view.values.get("closed")), "lon": lon, "lat": lat, "basis": basis_of(view),
            }
        )  # fmt: skip
    return found


def _entries(asked: Asked, name: str) -> list[EntryView]:
    kind = kinds(asked.rules).get(name)
    return [] if kind is None else registers.entries(kind, Filter(on=asked.as_of, known_at=asked.known_at))


def _day(text: Any) -> date | None:
    return None if text is None else date.fromisoformat(str(text))


def _station_tables(asked: Asked, stations: Sequence[Mapping[str, Any]]) -> dict[str, pa.Table]:
    # The night of the last day ends on the next morning, which may lie in the next month.
    last = f"{asked.as_of + timedelta(days=1):%Y-%m}"
    parts = asked.lake.table.parts(asked.version, medium="noise")
    months = sorted({part.month for part in parts if part.month <= last})
    if not stations or not months or date(int(months[0][:4]), 1, 1) > asked.as_of:
        return {}
    asked.progress("noise")
    weather = asked.lake.table.parts(asked.version, medium="met", months=months)
    portions = [[part.path for part in (*parts, *weather) if part.month == month] for month in months]
    excluded = pa.Table.from_pylist(
        [dict(zip(NOISE_EXCLUDED.names, row, strict=True)) for row in _excluded(asked)], schema=NOISE_EXCLUDED
    )
    calendar = NoiseCalendar(
        date(int(months[0][:4]), 1, 1), asked.as_of, NoiseRules.from_rules(asked.rules, asked.as_of),
        {code: asked.rules.regions_above(code) for code in {str(row["region"]) for row in stations}},
    )  # fmt: skip
    made: dict[str, list[pa.Table]] = {name: [] for name in NOISE_TABLES}
    for basis in (MEASURED, DEMONSTRATION):
        mine = [{name: row[name] for name in NOISE_STATIONS.names} for row in stations if row["basis"] == basis]
        if not mine:
            continue
        known = pa.Table.from_pylist(mine, schema=NOISE_STATIONS)
        # An engine holds tables by name: each basis has its own, so that nothing of one reaches the other.
        with open_engine(asked.config.engine) as engine:
            run = evaluate_noise(engine, portions, known, calendar, excluded)
            for name in NOISE_TABLES:
                table = run.table(name)
                made[name].append(table.append_column("basis", pa.array([basis] * table.num_rows, pa.string())))
    tables = {name: pa.concat_tables(found) for name, found in made.items()}
    return {"noise_stations": pa.Table.from_pylist(list(stations), schema=_STATION_SCHEMA)} | tables


def _unknown(asked: Asked, registered: set[str]) -> dict[str, pa.Table]:
    """Levels of stations that nobody registered: a code written otherwise must not make a station disappear."""
    end = datetime(asked.as_of.year, asked.as_of.month, asked.as_of.day) + timedelta(days=1)
    last = f"{asked.as_of:%Y-%m}"
    files = [part.path for part in asked.lake.table.parts(asked.version, medium="noise") if part.month <= last]
    if not files:
        return {}
    sql = (
        'select station, min("start")::date as first, max("start")::date as last, count(*)::integer as hours '
        "from read_parquet(?, hive_partitioning = false) "
        'where parameter = ? and "start" < ? group by station order by station'
    )
    with connect_duck(threads=2) as connection:
        rows = connection.execute(sql, [files, NoiseRules.level, end]).fetchall()
    found = [dict(zip(_UNKNOWN_SCHEMA.names, row, strict=True)) for row in rows if row[0] not in registered]
    return {"noise_unknown": pa.Table.from_pylist(found, schema=_UNKNOWN_SCHEMA)} if found else {}


def _excluded(asked: Asked) -> list[tuple[str, str, str, datetime]]:
    """Hours that quality control took out of levels and weather, up to the morning after the run's day."""
    end = datetime(asked.as_of.year, asked.as_of.month, asked.as_of.day) + timedelta(days=2)
    flags = excluded_flags(asked.lake.ledger, None, end, asked.known_at)
    return [flag for flag in flags if flag[2] in (NoiseRules.level, NoiseRules.wind, NoiseRules.rain)]


def survey_entries(listed: Iterable[EntryView]) -> dict[tuple[str, int, str], list[EntryView]]:
    """(city, year, basis) → its points or sections, by key."""
    found: dict[tuple[str, int, str], list[EntryView]] = {}
    for view in listed:
        found.setdefault((view.region, int(view.values["year"]), basis_of(view)), []).append(view)
    return found


def _surveys(asked: Asked) -> Iterator[dict[str, Any]]:
    for scope, name in SURVEYS.items():
        groups = survey_entries(_entries(asked, name))
        for (region, year, basis), views in sorted(groups.items()):
            if year > asked.as_of.year:
                continue
            for span in ("day", "night"):
                levels = [view.values.get(f"{span}_level") for view in views]
                if any(level is not None for level in levels):  # a year without a night survey has no result to miss
                    row = {"region": region, "year": year, "scope": scope, "span": span, "basis": basis}
                    yield row | _survey(asked.rules, scope, span, year, views, levels)


def _survey(
    rules: Rules, scope: Scope, span: str, year: int, views: Sequence[EntryView], levels: Sequence[Any]
) -> dict[str, Any]:
    """Mean and grade of one survey. A level that is missing leaves it without a result: it could be the loudest."""
    without = sum(level is None for level in levels)
    lengths = [view.values["length"] for view in views] if scope == "road" else []
    row: dict[str, Any] = {
        "points": len(views), "points_without": without, "mean": None, "rounded": "", "grade": None, "valid": False,
        "length": _exact(sum((Fraction(str(value)) for value in lengths), Fraction(0))) if lengths else None,
    }  # fmt: skip
    if without:
        return row | {"reason": "levels_missing"}
    mean = length_weighted_mean(levels, lengths) if lengths else arithmetic_mean(levels)
    row |= {"mean": _exact(mean), "rounded": str(round_half_even(mean, 1))}
    try:
        grade = noise_grades(rules, date(year, 12, 31)).grade(mean, scope, span)
    except RuleLookupError:
        return row | {"reason": "no_grades"}
    row["grade"] = None if grade is None else grade.number
    if scope == "regional" and len(views) < int(setting(rules, "min_grid_points")):
        return row | {"reason": "grids_short"}
    return row | {"valid": True, "reason": None}


def _exact(value: Fraction) -> Decimal:
    return round_half_even(value, 10)
