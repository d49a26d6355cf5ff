"""The air tables of a run: what the engine needs from lake, rules and people's decisions, put together.

Sand-dust days: the hour test proposes (环办监测〔2016〕120号), a named person decides; only confirmed days take effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from saishang.apps.indicators import queries
from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.models import DustDecision
from saishang.apps.indicators.provenance import digest
from saishang.config import Config
from saishang.errors import SaishangError
from saishang.lake import Lake
from saishang.lake.engines import (
    AIR_TABLES,
    DAY_STATES,
    EXCLUDED,
    EXTRA_TABLES,
    HOURLY_TABLES,
    STATIONS,
    Engine,
    evaluate_air,
    open_engine,
    propose_dust,
)
from saishang.lake.gaps import excluded_flags
from saishang.rules import Rules
from saishang.science.air.from_rules import dust_rule
from saishang.science.air.series import DUST_DAYS, HOURLY, POLLUTANTS, AirRules, Calendar, DustProposal

__all__ = [
    "PROPOSALS",
    "HourIndex",
    "Inputs",
    "Proposal",
    "build",
    "city_hours",
    "decisions",
    "first_day",
    "hourly_values",
    "inputs_of",
    "parameters",
    "proposals",
    "station_hours",
    "tables_of",
]

Progress = Callable[[str], None]
#: The table of dust days as a run keeps it, with the episode behind each day.
PROPOSALS = pa.schema(
    [
        ("region", pa.string()),
        ("day", pa.date32()),
        ("status", pa.string()),
        ("start", pa.timestamp("us")),
        ("end", pa.timestamp("us")),
        ("baseline_pm10", pa.float64()),
        ("peak_pm10", pa.float64()),
        ("decided_by", pa.string()),
        ("reason", pa.string()),
    ]
)
#: Before this day no rule excluded dust (环办监测〔2016〕120号 is in force from 2017-01-01).
_DUST_RULE = "standards/air/dust"
#: Observations summed in one pass: years of a province together, a month of the whole country on its own.
_PORTION = 5_000_000


@dataclass(frozen=True)
class Proposal:
    """A city-day that the hour test proposes as a dust day, with what people decided about it."""

    region: str
    day: date
    status: str
    start: datetime
    end: datetime | None
    baseline_pm10: float
    peak_pm10: float
    decided_by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class HourIndex:
    """One hour of a city or station in a run.

    Attributes
    ----------
    place:
        Region code of the city, or station code.
    end:
        End of the hour: 08:00 is the hour from 07:00; the last hour of a day ends at 00:00 of the next.
    aqi, level, primary:
        Index, its level 1 … 6 and the pollutants that lead it; None and empty without data. Look at `publishable`.
    iaqi:
        Pollutant (`SO2 NO2 CO O3 PM10 PM2.5`) → sub-index, None where missing.
    values:
        `SO2 NO2 CO O3 PM10 PM2.5` of the hour and the running means `O3_8h SO2_24h PM10_24h PM2.5_24h` that end with
        it, unrounded [µg/m³; CO mg/m³]; None where missing. The 2012 index takes the running means of the particles.
    edition, publishable, complete, reason:
        As in `city_aqi`; reason also `no_data`.
    """

    place: str
    end: datetime
    aqi: int | None
    level: int | None
    primary: tuple[str, ...]
    iaqi: Mapping[str, int | None]
    values: Mapping[str, float | None]
    edition: str
    publishable: bool
    complete: bool
    reason: str | None


#: Values of an hour, by the names that `HourIndex.values` gives them.
_VALUES = tuple(code.removesuffix("_1h") for code in HOURLY)


def city_hours(run: str, region: str, day: date) -> tuple[HourIndex, ...]:
    """The 24 hours of a city's day, oldest first; empty when the run (by id) has none of that day.

    Raises
    ------
    NoSuchRun
        When there is no such run.
    """
    return _hours(run, "city_aqi_hourly", "region", region, day)


def station_hours(run: str, station: str, day: date) -> tuple[HourIndex, ...]:
    """The 24 hours of a station's day; as `city_hours`."""
    return _hours(run, "station_aqi_hourly", "station", station, day)


def hourly_values(run: str, place: str, day: date) -> dict[str, list[tuple[datetime, float | None]]]:
    """Series of one day for charts: parameter → (end of the hour, value [µg/m³; CO mg/m³] or None), 24 each.

    Parameters
    ----------
    place:
        A city's region code or a station's code. Values of a city are means over its stations; the hours are those
        that the run saw, without what quality control excluded.
    """
    found = city_hours(run, place, day) or station_hours(run, place, day)
    return {code: [(hour.end, hour.values[code]) for hour in found] for code in _VALUES} if found else {}


def _hours(run: str, table: str, key: str, place: str, day: date) -> tuple[HourIndex, ...]:
    midnight = datetime(day.year, day.month, day.day)
    rows = queries.select(
        run, table, f'{key} = ? and "end" > ? and "end" <= ?', [place, midnight, midnight + timedelta(days=1)], '"end"'
    )
    return tuple(
        HourIndex(
            place=row[key],
            end=row["end"],
            aqi=row["aqi"],
            level=row["level"],
            primary=tuple(row["primary"].split(",")) if row["primary"] else (),
            iaqi={code: row[f"iaqi_{code}"] for code in POLLUTANTS},
            values={code: row[f"value_{code}"] for code in _VALUES},
            edition=row["edition"],
            publishable=row["publishable"],
            complete=row["complete"],
            reason=row["reason"],
        )
        for row in rows
    )


def parameters(
    lake: Lake, rules: Rules, site: str, region: str, as_of: date, known_at: datetime | None = None
) -> dict[str, Any]:
    """What decides the digits beside lake, rules and code, as it was known at a moment (None = now)."""
    return {
        "cities": list(_members(rules, region)),
        "stations": len(rules.table(f"sites/{site}/air_stations").rows),
        "excluded_hours": digest(_excluded_rows(lake, date(1900, 1, 1), as_of, known_at)),
        "dust": sorted([r, d.isoformat(), s] for (r, d), (s, _, _) in decisions(known_at).items() if d <= as_of),
    }


def decisions(known_at: datetime | None = None) -> dict[tuple[str, date], tuple[str, str, str]]:
    """The newest decision on each city-day, or the newest at a moment: (region, day) → (status, who, why)."""
    found = {}
    taken = DustDecision.objects.select_related("decided_by").order_by("pk")
    for row in taken if known_at is None else taken.filter(decided_at__lte=known_at):
        who = str(row.decided_by) if row.decided_by else "saishang"
        found[row.region, row.day] = (row.status, who, row.reason)
    return found


def proposals(config: Config, lake: Lake, rules: Rules, *, site: str, region: str, as_of: date) -> list[Proposal]:
    """Dust days that the hours at the lake's newest version propose, with the decisions on them."""
    version = lake.version
    months = _months(lake, as_of, version)
    calendar = _calendar(rules, region, months, as_of)
    with open_engine(config.engine) as engine:
        return _proposals(engine, lake, rules, site, months, calendar, version)


def tables_of(asked: Asked) -> dict[str, pa.Table]:
    """The air tables of a run; none when the lake holds no air observations up to its day."""
    last = f"{asked.as_of:%Y-%m}"
    if not any(part.month <= last for part in asked.lake.table.parts(asked.version, medium="air")):
        return {}
    return build(
        asked.config, asked.lake, asked.rules, site=asked.site, region=asked.region, as_of=asked.as_of,
        version=asked.version, known_at=asked.known_at, progress=asked.progress,
    )  # fmt: skip


def build(
    config: Config,
    lake: Lake,
    rules: Rules,
    *,
    site: str,
    region: str,
    as_of: date,
    version: int | None = None,
    known_at: datetime | None = None,
    progress: Progress = lambda step: None,
) -> dict[str, pa.Table]:
    """Every table of a run by name, from one version of the lake.

    They are `AIR_TABLES`, `HOURLY_TABLES`, `EXTRA_TABLES` and `dust_days`.

    Parameters
    ----------
    version:
        Version of the lake; default the newest.
    known_at:
        Moment up to which decisions and quality runs count; None = all there are.

    Raises
    ------
    SaishangError
        When the lake holds no air observations up to `as_of`.
    """
    progress("observations")
    version = lake.version if version is None else version
    months = _months(lake, as_of, version)
    calendar = _calendar(rules, region, months, as_of)
    with open_engine(config.engine) as engine:
        progress("dust")
        dust = _proposals(engine, lake, rules, site, months, calendar, version, known_at)
        progress("days")
        run = evaluate_air(
            engine,
            _portions(lake, months, version),
            _stations(rules, site),
            calendar,
            dust=_dust_table(dust),
            excluded=_excluded(lake, calendar, known_at),
        )
        progress("periods")
        tables = {name: run.table(name) for name in (*AIR_TABLES, *HOURLY_TABLES, *EXTRA_TABLES, *DAY_STATES)}
    tables["dust_days"] = pa.Table.from_pylist([_row(p) for p in dust], schema=PROPOSALS)
    return tables


@dataclass(frozen=True)
class Inputs:
    """What the engine is given beside the hours; as `evaluate_air` takes them."""

    calendar: Calendar
    stations: pa.Table
    excluded: pa.Table


def inputs_of(
    lake: Lake, rules: Rules, *, site: str, region: str, as_of: date, version: int, known_at: datetime | None = None
) -> Inputs:
    """The inputs of a run's air tables, as they were known at a moment; `version` tells the months that the lake had.

    Raises
    ------
    SaishangError
        When the lake held no air observations up to `as_of`.
    """
    calendar = _calendar(rules, region, _months(lake, as_of, version), as_of)
    return Inputs(calendar, _stations(rules, site), _excluded(lake, calendar, known_at))


def first_day(lake: Lake, as_of: date, version: int) -> date:
    """The day on which the calendar of a run begins, by the months that the lake had.

    Raises
    ------
    SaishangError
        When the lake held no air observations up to `as_of`.
    """
    return date(int(_months(lake, as_of, version)[0][:4]), 1, 1)


def _months(lake: Lake, as_of: date, version: int) -> list[str]:
    last = f"{as_of:%Y-%m}"
    months = sorted({part.month for part in lake.table.parts(version, medium="air") if part.month <= last})
    if not months:
        raise SaishangError(
            f"there are no air observations up to {as_of}",
            fix="load some with `saishang ingest FILE`, or choose a later date",
            code="no-observations",
        )
    return months


def _portions(lake: Lake, months: list[str], version: int) -> list[list[str]]:
    """Files of whole months, as many together as `_PORTION` rows allow: a pass has a cost of its own."""
    found: list[list[str]] = []
    rows = _PORTION
    for month in months:
        parts = lake.table.parts(version, medium="air", months=[month])
        count = sum(part.rows for part in parts)
        if rows + count > _PORTION:
            found.append([])
            rows = 0
        found[-1] += [part.path for part in parts]
        rows += count
    return found


def _calendar(rules: Rules, region: str, months: list[str], as_of: date) -> Calendar:
    first = date(int(months[0][:4]), 1, 1)
    members = {region: _members(rules, region)}
    lists: dict[str, list[str]] = {}
    for row in rules.regions.values():
        if row["ranking"]:
            lists.setdefault(row["ranking"], []).append(row["code"])
    air = AirRules.from_rules(rules)
    return Calendar(first, as_of, air, members=members, lists={name: sorted(ids) for name, ids in lists.items()})


def _members(rules: Rules, region: str) -> list[str]:
    """Cities whose mean is the region's (management areas are ranked beside them and left out of the mean)."""
    return sorted(row["code"] for row in rules.regions.values() if row["parent"] == region and row["city_mean"])


def _stations(rules: Rules, site: str) -> pa.Table:
    rows = rules.table(f"sites/{site}/air_stations").rows
    return pa.Table.from_pylist(
        [
            {
                "station": row["code"],
                "region": row["region"],
                "city_mean": row["city_mean"],
                "opened": row["opened"],
                "closed": row["closed"],
            }
            for row in rows
        ],
        schema=STATIONS,
    )


def _proposals(
    engine: Engine, lake: Lake, rules: Rules, site: str, months: list[str], calendar: Calendar, version: int,
    known_at: datetime | None = None,
) -> list[Proposal]:  # fmt: skip
    begins: date = rules.document(_DUST_RULE)["editions"][0]["from"]
    wanted = [month for month in months if month >= f"{begins:%Y-%m}"]
    files = lake.files(version, medium="air", months=wanted) if wanted else []
    excluded = _excluded(lake, calendar, known_at)
    episodes = (
        propose_dust(engine, files, _stations(rules, site), calendar, dust_rule(rules), excluded=excluded)
        if files
        else []
    )
    made = decisions(known_at)
    found: dict[tuple[str, date], Proposal] = {}
    for episode in episodes:
        for day in _days(episode, calendar.last):
            key = (episode.region, day)
            status, who, why = made.get(key, ("proposed", "", ""))
            peak = float(episode.peak_pm10)
            if key not in found or found[key].peak_pm10 < peak:
                found[key] = Proposal(
                    *key, status, episode.start, episode.end, float(episode.baseline_pm10), peak, who, why
                )
    return [found[key] for key in sorted(found)]


def _days(episode: DustProposal, last: date) -> Iterable[date]:
    from saishang.science.air.series import proposed_days

    days: list[date] = proposed_days([episode]).column("day").to_pylist()
    return [day for day in days if day <= last]


def _dust_table(dust: Iterable[Proposal]) -> pa.Table:
    rows = [{"region": p.region, "day": p.day, "status": p.status} for p in dust]
    return pa.Table.from_pylist(rows, schema=DUST_DAYS)


def _excluded(lake: Lake, calendar: Calendar, known_at: datetime | None) -> pa.Table:
    """Hours that a quality test with action "exclude" takes out (the shipped tests only flag; a site may decide)."""
    rows = _excluded_rows(lake, calendar.first, calendar.last, known_at)
    return pa.Table.from_pylist([dict(zip(EXCLUDED.names, row, strict=True)) for row in rows], schema=EXCLUDED)


def _excluded_rows(
    lake: Lake, first: date, last: date, known_at: datetime | None
) -> list[tuple[str, str, str, datetime]]:
    end = datetime(last.year, last.month, last.day) + timedelta(days=1)
    return excluded_flags(lake.ledger, datetime(first.year, first.month, first.day), end, known_at)


def _row(proposal: Proposal) -> dict[str, Any]:
    return {name: getattr(proposal, name) for name in PROPOSALS.names}
