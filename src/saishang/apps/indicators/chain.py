"""The chain behind a number (追溯链): value ← statistic ← cities ← stations ← hours ← batches ← files and lines.

A run's tables answer the upper links; the observations at the run's lake version and the ledger the lower ones, so the
chain shows what the run saw, not what the lake holds today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from saishang.apps.indicators import queries
from saishang.apps.indicators.ecology_values import ECOLOGY_READERS, inputs_behind
from saishang.apps.indicators.groundwater_chain import points_behind as wells_behind
from saishang.apps.indicators.groundwater_values import GROUNDWATER_TABLE
from saishang.apps.indicators.links import Link
from saishang.apps.indicators.models import IndicatorValue, Run
from saishang.apps.indicators.noise_chain import points_behind, stations_behind
from saishang.apps.indicators.noise_tables import STATIONS_KIND
from saishang.apps.indicators.noise_values import RATES, SURVEY
from saishang.apps.indicators.radiation_chain import stations_behind as radiation_stations_behind
from saishang.apps.indicators.radiation_schemas import EMF, GAMMA, NETWORK
from saishang.apps.indicators.radiation_schemas import KIND as NETWORK_KIND
from saishang.apps.indicators.register_values import entries_behind
from saishang.apps.indicators.soil_chain import plots_behind, samples_behind
from saishang.apps.indicators.soil_values import CONSTRUCTION_TABLE, POINTS_TABLE
from saishang.apps.indicators.water_chain import ITEMS, flows_behind, sections_behind, sources_behind
from saishang.apps.indicators.water_values import FLOW_TABLE, SOURCE_TABLE, WATER_TABLE
from saishang.apps.registers import queries as registers
from saishang.errors import SaishangError
from saishang.lake import Lake
from saishang.lake.duck import connect_duck
from saishang.lake.missing import missing_counts, missing_hours
from saishang.science.periods import months_between, period_span

__all__ = ["Link", "chain", "hours", "missing_of_day", "period_span"]

#: Which hourly parameter a daily or period parameter is made of.
_MADE_OF = {"O3_8H": "O3", "O3_1H": "O3"}
_WEATHER_ITEMS = ("T", "T_MAX", "T_MIN", "PRECIP")
#: Hour of the next morning up to which a night belongs to its day.
_NIGHT_ENDS = 6
_AIR_ITEMS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3_8H")


class NoSuchValue(SaishangError):
    """The run has no such value."""

    code = "no-such-value"


def chain(
    lake: Lake, run_id: str, indicator: str, region: str, *, period: str | None = None, basis: str | None = None,
    kind: str | None = None,
) -> Link:  # fmt: skip
    """Build the chain of one value.

    Parameters
    ----------
    period, basis, kind:
        Which value; without them the one that stands for the latest year, then the latest of any kind. A period can
        have a computed and a reported value on one basis: without a kind (`computed`, `reported`) the one that stands
        for the year, then one that has a figure.

    Raises
    ------
    NoSuchValue
        Naming the periods and bases that there are.
    """
    run = queries.get_run(run_id)
    value = _choose(run, indicator, region, period, basis, kind)
    found = queries.catalogue().indicators[indicator]
    facts: dict[str, Any] = {
        "indicator": found.id,
        "period": value.period,
        "basis": value.basis,
        "kind": value.kind,
        "valid": value.valid,
        "reason": value.reason,
        "clause": value.clause,
        "source": found.source,
        "status": found.status,
        "unrounded": None if value.value is None else format(value.value.normalize(), "f"),
        "coverage": value.coverage,
        "run": run.id,
        "lake_version": run.lake_version,
        "rules": run.rules_digest[:12],
        "code": run.code_version,
    }
    name = f"{found.zh} · {queries.region_name(region)} · {value.period}"
    children = _reported(value) if value.kind == "reported" else _computed(lake, run, value)
    return Link("value", name, value.rounded, value.unit, facts, children)


def _choose(
    run: Run, indicator: str, region: str, period: str | None, basis: str | None, kind: str | None
) -> IndicatorValue:
    if queries.indicator(indicator) is None:
        known = ", ".join(sorted(queries.catalogue().indicators))
        raise NoSuchValue(f"expected an indicator of the catalogue, got {indicator!r}", fix=f"use one of {known}")
    there = list(run.values.filter(indicator=indicator, region=region).order_by("period", "basis"))
    wanted = [
        v
        for v in there
        if (period is None or v.period == period)
        and (basis is None or v.basis == basis)
        and (kind is None or v.kind == kind)
    ]
    if not wanted:
        known = "; ".join(sorted({f"{v.period} ({v.basis})" for v in there})) or "none"
        raise NoSuchValue(
            f"run {run.id} has no value of {indicator} for region {region}"
            + (f", period {period}" if period else "")
            + (f", basis {basis}" if basis else "")
            + (f", kind {kind}" if kind else ""),
            fix=f"choose one of its periods and bases: {known}",
        )
    marked = [(p.period, p.basis, p.kind) for p in queries.history(run.id, indicator, region) if p.chosen]
    if period is None and marked:
        best = marked[-1]
        return next(v for v in there if (v.period, v.basis, v.kind) == best)
    if len(wanted) == 1:
        return wanted[0]
    standing = [v for v in wanted if (v.period, v.basis, v.kind) in marked]
    figures = [v for v in wanted if v.value is not None]
    computed = [v for v in figures or wanted if v.kind == "computed"]
    return (standing or computed or figures or wanted)[-1]


def _reported(value: IndicatorValue) -> tuple[Link, ...]:
    keys = ("agency", "evidence", "status", "caliber", "note", "origin", "entered_at")
    facts = {key: value.inputs.get(key, "") for key in keys}
    return (Link("report", str(value.inputs.get("agency", "")), value.rounded, value.unit, facts),)


def _parts(value: IndicatorValue) -> tuple[Link, ...]:
    """The reported parts that a figure was made of, each with its evidence."""
    keys = ("indicator", "agency", "evidence", "status", "caliber", "note", "origin", "entered_at")
    return tuple(
        Link("report", part["zh"], part["value"], part["unit"], {key: part.get(key, "") for key in keys})
        for part in value.inputs["parts"]
    )


def _computed(lake: Lake, run: Run, value: IndicatorValue) -> tuple[Link, ...]:
    if "parts" in value.inputs:
        return _parts(value)
    if "register" in value.inputs:
        return entries_behind(lake.rules, run, value.region, value.basis, value.inputs)
    table, key = value.inputs["table"], value.inputs["key"]
    if table in ECOLOGY_READERS:
        return inputs_behind(lake.rules, run, value.inputs, value.period)
    begin, end = period_span(value.period)
    if table == WATER_TABLE:
        return sections_behind(run, key, _sources(lake, run, ITEMS, begin, end, medium="water"))
    if table == NETWORK:
        items = (GAMMA,) if value.indicator.startswith("radiation.gamma") else (EMF,)
        behind = _sources(lake, run, items, begin, end, medium="radiation")
        absent = _hours_missing(lake, run, _registered(lake, run, NETWORK_KIND, key["id"]), items, begin, end)
        return radiation_stations_behind(lake.rules, run, value.indicator, key, behind, absent, begin, end)
    if table == GROUNDWATER_TABLE:
        return wells_behind(lake, run, key, begin, end)
    if table == POINTS_TABLE:
        return samples_behind(lake, run, key, begin, end)
    if table == CONSTRUCTION_TABLE:
        return plots_behind(lake, run, key)
    if table == SOURCE_TABLE:
        return sources_behind(run, value.region, key, _point_files(lake, run, begin, end))
    if table == FLOW_TABLE:
        return flows_behind(run, key, _sources(lake, run, ("FLOW",), begin, end, medium="water"))
    if table == "climate_years":
        return _climate(lake, run, value.coverage.get("stations", ()), begin, end)
    if table == RATES:
        absent = _hours_missing(lake, run, _registered(lake, run, STATIONS_KIND, key["id"]), ("LEQ",), begin, end)
        return stations_behind(lake.rules, run, key, _noise_sources(lake, run, begin, end), absent)
    if table == SURVEY:
        return points_behind(lake.rules, run, key)
    parameters = (key["parameter"],) if "parameter" in key else _AIR_ITEMS
    cities = _cities(run, table, key)
    sources = _sources(lake, run, parameters, begin, end)
    missing = _missing(lake, run, [str(row["id"]) for row in cities], parameters, begin, end)
    links = tuple(_city(run, row, parameters, begin, end, sources, missing) for row in cities)
    if key.get("scope") == "city":
        return links[0].children if links else ()
    return links


def _point_files(lake: Lake, run: Run, begin: date, end: date) -> dict[str, list[Link]]:
    """Files behind every sampling point: a source may draw groundwater."""
    found: dict[str, list[Link]] = {}
    for medium in ("water", "groundwater"):
        codes = [str(row["code"]) for row in lake.rules.parameters.values() if row["medium"] == medium]
        for point, links in (_sources(lake, run, codes, begin, end, medium=medium) if codes else {}).items():
            found.setdefault(point, []).extend(links)
    return found


def _climate(lake: Lake, run: Run, stations: Sequence[str], begin: date, end: date) -> tuple[Link, ...]:
    """The files behind a year of a weather station. Its first day begins at 20:00 of the day before."""
    sources = _sources(lake, run, _WEATHER_ITEMS, begin - timedelta(days=1), end, medium="met")
    return tuple(link for station in stations for link in sources.get(station, ()))


def _noise_sources(lake: Lake, run: Run, begin: date, end: date) -> dict[str, list[Link]]:
    """Files of levels and of the weather that decides about hours. A day of noise ends with its night, at six."""
    found = _sources(lake, run, ("LEQ",), begin, end, medium="noise", until=_NIGHT_ENDS)
    stations = tuple(found)
    for station, links in _sources(lake, run, ("WS", "PRECIP"), begin, end, medium="met", until=_NIGHT_ENDS).items():
        if station in stations:
            found[station] = [*found[station], *links]
    return found


def _cities(run: Run, table: str, key: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the cities below a region's value, or the city's own row."""
    names = [name for name in ("parameter", "statistic", "basis", "period", "period_kind", "standard") if name in key]
    where, values = ["scope = 'city'"], []
    for name in names:
        where.append(f"{name} = ?")
        values.append(key[name])
    # The lake may hold the series of other provinces' cities too: a region's value is made of its own alone.
    members = [key["id"]] if key.get("scope") == "city" else [str(code) for code in run.parameters.get("cities", ())]
    where.append(f"id in ({', '.join('?' * len(members)) or 'null'})")
    values += members
    rows = queries.select(run.id, table, " and ".join(where), values, "id")
    if table != "attainment":
        return rows
    merged: dict[str, dict[str, Any]] = {}
    for row in rows:
        city = merged.setdefault(row["id"], {"id": row["id"], "attains": True, "items": {}, "period": row["period"]})
        city["items"][row["parameter"]] = row["attains"]
        city["attains"] = None if row["attains"] is None else city["attains"] and row["attains"]
    return list(merged.values())


def _city(
    run: Run,
    row: Mapping[str, Any],
    parameters: Sequence[str],
    begin: date,
    end: date,
    sources: Mapping[str, list[Link]],
    missing: Mapping[str, Mapping[str, int]],
) -> Link:
    city = str(row["id"])
    days = queries.select(
        run.id,
        "city_daily",
        f"region = ? and parameter in ({', '.join('?' * len(parameters))}) and day >= ? and day < ?",
        [city, *parameters, begin, end],
    )
    excluded: dict[str, int] = {}
    for day in days:
        if not day["valid"]:
            excluded[day["reason"] or "void"] = excluded.get(day["reason"] or "void", 0) + 1
    origins = sorted({day["origin"] for day in days if day["origin"]})
    stations = queries.select(
        run.id,
        "station_daily",
        f"region = ? and parameter in ({', '.join('?' * len(parameters))}) and day >= ? and day < ?",
        [city, *parameters, begin, end],
        "station, day",
    )
    facts: dict[str, Any] = {
        "days_expected": row.get("days_expected"),
        "days_valid": row.get("days_valid"),
        "excluded": excluded,
        "origin": origins,
    }
    facts |= {name: row[name] for name in ("valid", "reason", "attains", "items", "main", "good") if name in row}
    shown = row.get("rounded") if row.get("rounded") is not None else row.get("value")
    if origins == ["published"]:
        # The city's series arrived as such: its stations had no part in it.
        stations = [row for row in stations if row["hours_present"]]
    children = _stations(stations, sources, missing) + tuple(sources.get(f"city:{city}", ()))
    return Link("city", queries.region_name(city), "" if shown is None else str(shown), "", facts, children)


def _missing(
    lake: Lake, run: Run, cities: Sequence[str], parameters: Sequence[str], begin: date, end: date
) -> dict[str, dict[str, int]]:
    """Hours that the cities' stations lack, by reason, up to the run's day, as its version of the lake has it."""
    site = str(run.parameters.get("site", ""))
    table = lake.rules.tables.get(f"sites/{site}/air_stations")
    stations = [str(row["code"]) for row in table.rows if row["region"] in cities] if table is not None else []
    return _hours_missing(lake, run, stations, parameters, begin, end)


def _registered(lake: Lake, run: Run, kind: str, region: str) -> list[str]:
    """Stations of a register inside a region, as they were known when the run began."""
    inside = set(registers.inside(lake.rules, region))
    return [station.code for station in registers.stations(kind, run.started) if station.region in inside]


def _hours_missing(
    lake: Lake, run: Run, stations: Sequence[str], parameters: Sequence[str], begin: date, end: date
) -> dict[str, dict[str, int]]:
    """Hours that stations lack, by reason, up to the run's day, as its version of the lake has it; by calendar days."""
    last = min(end - timedelta(days=1), run.as_of)
    if not stations or last < begin:
        return {}
    counts = missing_counts(
        lake.table, lake.ledger, lake.folders, lake.rules, lake.described(), stations=stations,
        parameters=sorted({_MADE_OF.get(name, name) for name in parameters}), first=begin, last=last,
        version=run.lake_version, known_at=run.started,
    )  # fmt: skip
    return {station: {why: n for why, n in found.items() if why != "closed"} for station, found in counts.items()}


def _stations(
    days: Sequence[Mapping[str, Any]], sources: Mapping[str, list[Link]], missing: Mapping[str, Mapping[str, int]]
) -> tuple[Link, ...]:
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for day in days:
        grouped.setdefault(str(day["station"]), []).append(day)
    links = []
    for station, rows in grouped.items():
        reasons: dict[str, int] = {}
        for row in rows:
            if not row["valid"]:
                reasons[row["reason"] or "void"] = reasons.get(row["reason"] or "void", 0) + 1
        facts = {
            "city_mean": rows[0]["city_mean"],
            "days_valid": sum(bool(row["valid"]) for row in rows),
            "days_expected": len(rows),
            "hours_present": sum(row["hours_present"] or 0 for row in rows),
            "hours_expected": sum(row["hours_expected"] or 0 for row in rows),
            "hours_missing": dict(missing.get(station, {})),
            "excluded": reasons,
        }
        links.append(Link("station", station, facts=facts, children=tuple(sources.get(station, ()))))
    return tuple(links)


def _sources(
    lake: Lake, run: Run, parameters: Sequence[str], begin: date, end: date, *, medium: str = "air", until: int = 0
) -> dict[str, list[Link]]:
    """Batches, files and lines behind every station of the period, at the run's version of the lake.

    `until`: hours by which the days of the medium begin and end later than midnight.
    """
    wanted = sorted({_MADE_OF.get(name, name) for name in parameters} | set(parameters))
    later = timedelta(hours=until)
    months = months_between(begin, end + timedelta(days=1) if until else end)
    files = lake.files(run.lake_version, medium=medium, months=months)
    if not files:
        return {}
    marks = ", ".join("?" * len(wanted))
    sql = (
        "select station, batch, count(*) as n, min(line) as first_line, max(line) as last_line "  # noqa: S608
        f"from read_parquet(?, hive_partitioning = false) where parameter in ({marks}) "
        'and "start" >= ? and "start" < ? group by station, batch order by station, batch'
    )
    with connect_duck(threads=2) as connection:
        rows = connection.execute(sql, [files, *wanted, _midnight(begin) + later, _midnight(end) + later]).fetchall()
    batches = {number: lake.ledger.batch(number) for number in {row[1] for row in rows}}
    found: dict[str, list[Link]] = {}
    for station, number, count, first_line, last_line in rows:
        batch = batches[number]
        facts = {
            "batch": number,
            "values": count,
            "first_line": first_line,
            "last_line": last_line,
            "sha256": batch.sha256,
            "source": batch.source,
        }
        found.setdefault(station, []).append(Link("file", batch.file_name, facts=facts))
    return found


def hours(lake: Lake, run_id: str, station: str, parameter: str, day: date) -> list[dict[str, Any]]:
    """Rows of one station (or section) and day at the run's lake version, each with its batch, file, line and cell.

    Ozone needs the hours from midnight; a daily value that was published as such is the one row of its day.
    """
    run = queries.get_run(run_id)
    made_of = _MADE_OF.get(parameter, parameter)
    after = day + timedelta(days=1)
    known = lake.rules.parameters
    medium = str(known[made_of]["medium"]) if made_of in known else "air"
    files = lake.files(run.lake_version, medium=medium, months=months_between(day, after))
    if not files:
        return []
    sql = (
        'select source, parameter, "start", "end", value, qualifier, batch, line, cell '
        "from read_parquet(?, hive_partitioning = false) "
        'where station = ? and parameter in (?, ?) and "start" >= ? and "start" < ? order by "start", source'
    )
    with connect_duck(threads=2) as connection:
        cursor = connection.execute(sql, [files, station, made_of, parameter, _midnight(day), _midnight(after)])
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row["file_name"] = lake.ledger.batch(row["batch"]).file_name
    return rows


def missing_of_day(lake: Lake, run_id: str, station: str, parameter: str, day: date) -> list[dict[str, Any]]:
    """Hours of one station and day without a usable value: start, why, and the batch and file that said so, if any."""
    run = queries.get_run(run_id)
    found = missing_hours(
        lake.table, lake.ledger, lake.folders, lake.rules, lake.described(), stations=[station],
        parameters=[_MADE_OF.get(parameter, parameter)], first=day, last=day, version=run.lake_version,
        known_at=run.started,
    )  # fmt: skip
    return [
        {
            "start": hour.start,
            "end": hour.start + timedelta(hours=1),
            "why": hour.why,
            "batch": hour.batch,
            "file_name": "" if hour.batch is None else lake.ledger.batch(hour.batch).file_name,
        }
        for hour in found
    ]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
