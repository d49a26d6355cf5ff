"""Recompute what corrected hours touch, and only that: from the days that a run kept, with SQL written down once.

The station days that hold a corrected hour are made again from the hours, the others are taken as the run left them;
the tables above them are made again for what is in reach: the days around it, the periods that hold one of these
(month, quarter, year, year to date), and the same periods a year later, whose changes and places in rankings look back
on them. The statements are those of a full evaluation, so the digits are too; `bench/correction.py` holds them against
each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from saishang.lake.duck import connect_duck
from saishang.lake.engines.air import AIR_TABLES, DAY_STATES, EXCLUDED, EXTRA_TABLES, HOURLY_TABLES, STATIONS, AirRun
from saishang.lake.engines.base import EngineError
from saishang.lake.engines.recorder import Recipe, Recorder
from saishang.lake.schema import SCHEMA
from saishang.science.air.dust import DustRule
from saishang.science.air.series import (
    DUST_DAYS,
    AirStatistics,
    Calendar,
    DustProposal,
    Reference,
    city_hours,
    propose_windows,
)
from saishang.science.periods import running_months

__all__ = ["CHANGED_DAYS", "AirCorrection", "changed_days"]

#: Station (or `city:<region>`) and day that hold a changed row.
CHANGED_DAYS = pa.schema([("station", pa.string()), ("day", pa.date32())])
#: Days around a changed one in which sand-dust episodes are looked for again. An episode begins by the six hours before
#: it and ends when PM10 is back: it lies within days.
_DUST_MARGIN = 15
#: Recipes by what they depend on.
_RECIPES: dict[tuple[Any, ...], _Recipes] = {}


@dataclass(frozen=True)
class _Recipes:
    days: Recipe
    periods: Recipe
    hours: Recipe
    dust: Recipe


def changed_days(files: Sequence[str | Path], batches: Sequence[int]) -> pa.Table:
    """Days (`CHANGED_DAYS`) of rows that some batches wrote.

    Parameters
    ----------
    files:
        Files of the lake that can hold them: those of the newer version that the older one had not.
    """
    if not files or not batches:
        return CHANGED_DAYS.empty_table()
    with connect_duck(threads=2) as connection:
        found: pa.Table = connection.sql(
            'select distinct station, "start"::date as day from read_parquet(?, hive_partitioning = false) '
            "where list_contains(?, batch) order by station, day",
            params=[[str(path) for path in files], list(batches)],
        ).to_arrow_table()
    return found.cast(CHANGED_DAYS)


class AirCorrection:
    """The air tables of a run after some of its hours changed.

    Parameters
    ----------
    key:
        Digest of rules and code: statements are written down once for it.
    kept:
        Folder of the run with the tables of `DAY_STATES`.
    calendar:
        The run's own.
    stations, excluded:
        As of `evaluate_air`.
    changed:
        `CHANGED_DAYS`, not empty.
    """

    def __init__(
        self, key: str, kept: Path, calendar: Calendar, stations: pa.Table, changed: pa.Table, *,
        excluded: pa.Table | None = None, station_percentiles: Sequence[str] = ("year",),
    ) -> None:  # fmt: skip
        days = sorted(day for day in changed.column("day").to_pylist() if calendar.first <= day <= calendar.last)
        if not days:
            raise EngineError(
                f"no changed day lies within {calendar.first} to {calendar.last}", fix="nothing has to be recomputed"
            )
        self.first, self.last = days[0], days[-1]
        self._kept = kept
        self._changed = changed
        self._calendar = _narrowed(calendar, days[0].year - 1, days[-1].year + 1)
        self._hourly = replace(
            self._calendar, first=self.first, last=min(self.last + timedelta(days=1), calendar.last), to_date=()
        )
        self._judged, self._periods = _reached(self._calendar, *self.dust_span)
        self._stations = stations.select(STATIONS.names).cast(STATIONS)
        self._recipes = _recipes(key, self._calendar, self._hourly, station_percentiles)
        self._connection = connect_duck(threads=2)
        self._excluded = excluded
        self._bring()

    def close(self) -> None:
        """Free the connection."""
        self._connection.close()

    def __enter__(self) -> AirCorrection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def months(self) -> tuple[str, str]:
        """First and last month `2019-03` whose files `read` needs."""
        reach = timedelta(days=_DUST_MARGIN + 1)
        return f"{self.first - reach:%Y-%m}", f"{self.last + reach:%Y-%m}"

    def read(self, files: Sequence[str | Path]) -> None:
        """Bring in the hours around the changed days, and make these days again.

        Parameters
        ----------
        files:
            Files of the newer version of the lake for `months`.
        """
        reach = timedelta(days=_DUST_MARGIN)
        out = (
            "anti join excluded using (source, station, parameter, start)"
            if self._excluded is not None and self._excluded.num_rows
            else ""
        )
        self._connection.execute(
            f"create table around as select o.* from read_parquet(?, hive_partitioning = false) o {out} "  # noqa: S608
            'where o."start" >= ? and o."start" < ? and (o.station in (select station from near) '
            "or o.station in (select station from changed))",
            [[str(path) for path in files], _midnight(self.first - reach), _midnight(self.last + reach)],
        )
        self._connection.execute(
            "create view hours as select a.* from around a "
            'semi join changed c on a.station = c.station and a."start"::date = c.day'
        )
        for statement in self._recipes.days.statements:
            self._connection.execute(statement)
        for name, key in (("station_days", "station"), ("published_days", "region")):
            whose = "station" if key == "station" else "'city:' || region"
            inside = f"({whose}, day) in (select (station, day) from changed)"  # noqa: S608 - names of ours
            self._connection.execute(
                f'create table "{name}" as select * from read_parquet(?) where day between ? and ? '  # noqa: S608
                f'and not {inside} union all by name select * from "new_{name}" where {inside}',
                [str(self._kept / f"{name}.parquet"), self._calendar.first, self._calendar.last],
            )

    def episodes(self, rule: DustRule) -> list[DustProposal]:
        """Sand-dust episodes of the cities concerned around the changed days; after `read`."""
        return propose_windows(self._rows(self._recipes.dust.queries["city_hours"], self._connection), rule)

    @property
    def dust_span(self) -> tuple[date, date]:
        """Days for which `episodes` speaks: within the margin that it looked at."""
        half = timedelta(days=_DUST_MARGIN // 2)
        return self.first - half, self.last + half

    @property
    def cities(self) -> tuple[str, ...]:
        """Regions of the stations with a changed day."""
        rows = self._connection.execute("select distinct region from near order by region").fetchall()
        return tuple(row[0] for row in rows)

    def tables(self, dust: pa.Table) -> dict[str, pa.Table]:
        """Every air table for the years in reach, and the tables of hours for the days in reach; after `read`.

        Parameters
        ----------
        dust:
            `DUST_DAYS` of all cities.
        """
        self._connection.register("given_dust", dust.cast(DUST_DAYS))
        self._connection.execute("create or replace table dust_days as select * from given_dust")
        with ThreadPoolExecutor(1) as beside, self._connection.cursor() as another:
            hours = beside.submit(self._made, self._recipes.hours, another)
            found = self._made(self._recipes.periods, self._connection)
            found |= hours.result()
        for name in DAY_STATES:
            found[name] = self._ask(f'select * from "{name}"', name, self._connection)  # noqa: S608
        return found

    def difference(self, tables: Mapping[str, pa.Table]) -> dict[str, tuple[pa.Table, pa.Table]]:
        """Table → (rows of the run that do not stand any more, rows that stand now), for tables with any change.

        Only what is in reach is compared; rows of the run beside it cannot have changed.
        """
        found = {}
        for name, table in tables.items():
            path = self._kept / f"{name}.parquet"
            if not path.is_file():
                continue
            self._connection.register("given_now", table)
            columns = ", ".join(f'"{column}"' for column in table.schema.names)
            keys = (AIR_TABLES | HOURLY_TABLES | EXTRA_TABLES | DAY_STATES)[name]
            shared = ", ".join(f'"{key}"' for key in keys)
            # Hours beyond the last with data are told by a whole run only.
            here = f"and ({shared}) in (select ({shared}) from given_now)" if name in HOURLY_TABLES else ""  # noqa: S608 - names of ours
            both = self._connection.sql(
                f"with was as materialized (select {columns} from read_parquet(?) where {self._reach(name)} {here}), "  # noqa: S608
                f"now as materialized (select {columns} from given_now) "
                "select *, true as gone from (from was except from now) union all "
                f"select *, false as gone from (from now except from was) order by {shared}",
                params=[str(path)],
            ).to_arrow_table()
            self._connection.unregister("given_now")
            if both.num_rows:
                gone = pc.field("gone")
                found[name] = (both.filter(gone).drop_columns("gone"), both.filter(~gone).drop_columns("gone"))
        return found

    def _bring(self) -> None:
        connection = self._connection
        tables, of_hours = _only(self._calendar, self._periods), self._hourly.tables()
        hourly = {name: of_hours[name] for name in ("days", "hours")}
        brought = {f"ref_{name}": tables[name] for name in Reference.names()}
        brought |= {f"hourly_{name}": table for name, table in hourly.items()}
        brought |= {"stations": self._stations, "changed": self._changed.cast(CHANGED_DAYS)}
        brought["judged"] = pa.table([list(self._judged)], names=["period"])
        if self._excluded is not None and self._excluded.num_rows:
            brought["excluded"] = self._excluded.select(EXCLUDED.names).cast(EXCLUDED)
        for name, table in brought.items():
            connection.register("incoming", table)
            connection.execute(f'create table "{name}" as from incoming')
        connection.unregister("incoming")
        # Cities with a changed station, or a changed series of their own: hours of their other stations are needed too.
        connection.execute(
            "create table near as select * from stations where region in (select s.region from stations s "
            "join changed c using (station)) or 'city:' || region in (select station from changed)"
        )

    def _made(self, recipe: Recipe, connection: Any) -> dict[str, pa.Table]:
        """Tables of a recipe, made on one connection to the database."""
        for statement in recipe.statements:
            connection.execute(statement)
        return {name: self._ask(query, name, connection) for name, query in recipe.queries.items()}

    def _ask(self, query: str, name: str, connection: Any) -> pa.Table:
        keys = (AIR_TABLES | HOURLY_TABLES | EXTRA_TABLES | DAY_STATES)[name]
        order = ", ".join(f'"{key}"' for key in keys)
        return self._rows(f"select * from ({query}) where {self._reach(name)} order by {order}", connection)  # noqa: S608

    def _rows(self, query: str, connection: Any) -> pa.Table:
        found: pa.Table = connection.sql(query).to_arrow_table()
        return found

    def _reach(self, name: str) -> str:
        """Condition on the rows in reach; made of numbers and days of ours."""
        keys = (AIR_TABLES | HOURLY_TABLES | EXTRA_TABLES | DAY_STATES)[name]
        if "end" in keys:
            begin, until = _midnight(self._hourly.first), _midnight(self._hourly.last + timedelta(days=1))
            span = f"\"end\" > timestamp '{begin}' and \"end\" <= timestamp '{until}'"
            return f"{span} and region in (select region from near)"  # noqa: S608 - made of our own days
        if "day" in keys:
            first, last = self.dust_span
            return f"day between date '{first}' and date '{last}'"
        return "period in (select period from judged)"


def _narrowed(calendar: Calendar, first_year: int, last_year: int) -> Calendar:
    """The calendar for some years, with the same periods to date."""
    to_date = running_months(calendar.last) if calendar.to_date is None else calendar.to_date
    return replace(
        calendar, first=max(calendar.first, date(first_year, 1, 1)), last=min(calendar.last, date(last_year, 12, 31)),
        to_date=to_date,
    )  # fmt: skip


def _reached(calendar: Calendar, first: date, last: date) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the periods in reach of some days, and of those that have to be computed for it.

    In reach are periods that hold one of the days, and the same a year later; the year before them is looked back on.
    """
    known = {period.name: period for period in calendar.periods()}
    held = {name for name, period in known.items() if period.first <= last and period.last >= first}
    later = {name for name, period in known.items() if period.year_before in held}
    judged = held | later
    return frozenset(judged), frozenset(judged | {known[name].year_before for name in judged} & known.keys())


def _only(calendar: Calendar, names: frozenset[str]) -> dict[str, pa.Table]:
    """Tables of a calendar with some of its periods only."""
    numbers = [number for number, period in enumerate(calendar.periods()) if period.name in names]
    found = {}
    for name, table in calendar.tables().items():
        if "period" in table.schema.names:
            table = table.filter(pc.field("period").isin(list(names)))
        elif "number" in table.schema.names:
            table = table.filter(pc.field("number").isin(numbers))
        found[name] = table
    return found


def _recipes(key: str, calendar: Calendar, hourly: Calendar, station_percentiles: Sequence[str]) -> _Recipes:
    known = (key, calendar.editions, hourly.editions, tuple(station_percentiles))
    if known not in _RECIPES:
        _RECIPES[known] = _Recipes(
            _days_recipe(calendar, station_percentiles),
            _periods_recipe(calendar, station_percentiles),
            _hours_recipe(hourly, station_percentiles),
            _dust_recipe(calendar),
        )
    return _RECIPES[known]


def _science(recorder: Recorder, calendar: Calendar, percentiles: Sequence[str], prefix: str = "ref_") -> AirStatistics:
    tables = calendar.tables()
    named = {
        name: recorder.given(
            f"{prefix}{name}" if prefix == "ref_" or name in ("days", "hours") else f"ref_{name}", tables[name].schema
        )
        for name in Reference.names()
    }
    return AirStatistics(
        calendar.rules, Reference(unit=calendar.rules.grid.unit, **named), percentiles, calendar.editions
    )


def _days_recipe(calendar: Calendar, percentiles: Sequence[str]) -> Recipe:
    """`hours` → `new_station_days`, `new_published_days`."""
    with Recorder() as recorder:
        science = _science(recorder, calendar, percentiles)
        hours, stations = recorder.given("hours", SCHEMA), recorder.given("stations", STATIONS)
        sums = recorder.keep("day_sums", science.day_sums(hours))
        ozone = recorder.keep("ozone_days", science.ozone_days(hours))
        recorder.keep("new_station_days", science.station_days(stations, sums, ozone))
        recorder.keep("new_published_days", science.published_days(hours))
        return recorder.recipe({})


def _periods_recipe(calendar: Calendar, percentiles: Sequence[str]) -> Recipe:
    """`station_days`, `published_days`, `dust_days` → every table of days and periods."""
    with Recorder() as recorder:
        science = _science(recorder, calendar, percentiles)
        hours, stations = recorder.given("hours", SCHEMA), recorder.given("stations", STATIONS)
        run = AirRun(recorder, [], None, science, stations, recorder.given("dust_days", DUST_DAYS), published=True)
        sums, ozone = science.day_sums(hours), science.ozone_days(hours)
        run.take("station_days", _named(science.station_days(stations, sums, ozone), "station_days"))
        run.take("published_days", _named(science.published_days(hours), "published_days"))
        return recorder.recipe({name: run.expression(name) for name in (*AIR_TABLES, *EXTRA_TABLES)})


def _hours_recipe(calendar: Calendar, percentiles: Sequence[str]) -> Recipe:
    """`around`, `near` → the tables of hours."""
    with Recorder() as recorder:
        science = _science(recorder, calendar, percentiles, "hourly_")
        packed = recorder.keep("station_hours", science.station_hours(recorder.given("around", SCHEMA), None))
        items = recorder.keep("hour_items", science.station_hour_items(recorder.given("near", STATIONS), packed))
        return recorder.recipe(
            {
                "station_aqi_hourly": science.station_aqi_hourly(items),
                "city_aqi_hourly": science.city_aqi_hourly(items),
            }
        )


def _dust_recipe(calendar: Calendar) -> Recipe:
    """`around`, `near` → hours of cities for the search of sand-dust episodes."""
    with Recorder() as recorder:
        around, near = recorder.given("around", SCHEMA), recorder.given("near", STATIONS)
        return recorder.recipe({"city_hours": city_hours(around, near, calendar.rules)})


def _named(expression: Any, name: str) -> Any:
    import ibis

    return ibis.table(expression.schema(), name=name)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
