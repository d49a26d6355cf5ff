"""Recompute what corrected hours touch, and only that: from the days that a run kept, with SQL written down once.

The station days that hold a corrected hour are made again from the hours, the others are taken as the run left them;
the tables above them are made again for what is in reach: the days around it, the periods that hold one of these
(month, quarter, year, year to date), and the same periods a year later, whose changes and places in rankings look back
on them. The statements are those of a full evaluation, so the digits are too; `bench/correction.py` holds them against
each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from saishang.lake.engines.recorder import Recipe, RecipeBook, Recorder
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

__all__ = [
    "CHANGED_DAYS",
    "CHANGED_ROWS",
    "AirCorrection",
    "Difference",
    "changed_rows",
    "row_differences",
    "write_recipes",
]

#: Station (or `city:<region>`) and day that hold a changed row.
CHANGED_DAYS = pa.schema([("station", pa.string()), ("day", pa.date32())])
#: The same with the batch that wrote the rows, and where they stand in its file.
CHANGED_ROWS = pa.schema(
    [*CHANGED_DAYS, ("batch", pa.int64()), ("first_line", pa.int32()), ("last_line", pa.int32()), ("rows", pa.int64())]
)
#: Rows of a run that do not stand any more, and rows that stand now.
Difference = tuple[pa.Table, pa.Table]
#: Days around a changed one in which sand-dust episodes are looked for again. An episode begins by the six hours before
#: it and ends when PM10 is back: it lies within days.
_DUST_MARGIN = 15
#: Recipes of this process, by the folder that keeps them.
_BOOKS: dict[Path | None, RecipeBook] = {}
_KEYS = AIR_TABLES | HOURLY_TABLES | EXTRA_TABLES | DAY_STATES


@dataclass(frozen=True)
class _Recipes:
    days: Recipe
    periods: Recipe
    hours: Recipe
    dust: Recipe


def changed_rows(files: Sequence[str | Path], batches: Sequence[int]) -> pa.Table:
    """Stations and days (`CHANGED_ROWS`) of rows that some batches wrote, by batch.

    Parameters
    ----------
    files:
        Files of the lake that can hold them: those of the newer version that the older one had not.
    """
    if not files or not batches:
        return CHANGED_ROWS.empty_table()
    with connect_duck(threads=2) as connection:
        found: pa.Table = connection.sql(
            'select station, "start"::date as day, batch, min(line) as first_line, max(line) as last_line, '
            "count(*) as rows from read_parquet(?, hive_partitioning = false) "
            "where list_contains(?, batch) group by all order by station, day, batch",
            params=[[str(path) for path in files], list(batches)],
        ).to_arrow_table()
    return found.cast(CHANGED_ROWS)


def row_differences(folder: Path, tables: Mapping[str, pa.Table]) -> dict[str, Difference]:
    """Whole tables beside those that a run keeps: table → `Difference`, for tables with any change."""
    found = {}
    with connect_duck(threads=2) as connection:
        for name, table in tables.items():
            path = folder / f"{name}.parquet"
            if not path.is_file():
                if table.num_rows:
                    found[name] = (table.slice(0, 0), table)
                continue
            connection.register("given_now", table)
            columns = ", ".join(f'"{column}"' for column in table.schema.names)
            if (parted := _parted(connection, path, "given_now", columns, "true", columns)) is not None:
                found[name] = parted
            connection.unregister("given_now")
    return found


def _parted(connection: Any, path: Path, now: str, columns: str, where: str, order: str) -> Difference | None:
    """Rows of a kept table that do not stand any more, and those that stand now; None when they are the same.

    Parameters
    ----------
    now:
        The table of now; `where` is a condition on the rows of the kept table that are compared. All names of ours.
    """
    made = f"apart_{path.stem}"
    connection.execute(
        f'create or replace table "{made}" as '  # noqa: S608
        f"with was as materialized (select {columns} from read_parquet(?) where {where}), "
        f'now as materialized (select {columns} from "{now}") '
        "select *, true as gone from (from was except from now) union all "
        "select *, false as gone from (from now except from was)",
        [str(path)],
    )
    both = connection.sql(f'from "{made}" order by {order}').to_arrow_table()
    connection.execute(f'drop table "{made}"')
    if not both.num_rows:
        return None
    gone = pc.field("gone")
    return both.filter(gone).drop_columns("gone"), both.filter(~gone).drop_columns("gone")


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
    recipes:
        Folder that keeps what was written down, for other processes; None = in memory only.
    """

    def __init__(
        self, key: str, kept: Path, calendar: Calendar, stations: pa.Table, changed: pa.Table, *,
        excluded: pa.Table | None = None, station_percentiles: Sequence[str] = ("year",), recipes: Path | None = None,
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
        self._recipes = _recipes(key, self._calendar, self._hourly, station_percentiles, recipes)
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
        return propose_windows(
            _rows(self._connection, "city_hours", self._recipes.dust.queries["city_hours"], "all"), rule
        )

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

    def tables(self, dust: pa.Table) -> tuple[dict[str, pa.Table], dict[str, Difference]]:
        """Every air table for the periods in reach, and the tables of hours for the days in reach; after `read`.

        Parameters
        ----------
        dust:
            `DUST_DAYS` of all cities.

        Returns
        -------
        The rows, and how they differ from the run's: table → `Difference`, for tables with any change. Only what is in
        reach is compared; rows of the run beside it cannot have changed.
        """
        self._connection.register("given_dust", dust.cast(DUST_DAYS))
        self._connection.execute("create or replace table dust_days as select * from given_dust")
        # Two at a time: the tables of hours beside those of periods, then whatever table is the next.
        with ThreadPoolExecutor(2) as pool:
            of_hours = pool.submit(self._prepare, self._recipes.hours)
            self._prepare(self._recipes.periods)
            queries = dict(self._recipes.periods.queries)
            queries |= {name: f'select * from "{name}"' for name in DAY_STATES}  # noqa: S608 - names of ours
            asked = {name: pool.submit(self._compared, query, name) for name, query in queries.items()}
            of_hours.result()
            asked |= {name: pool.submit(self._compared, q, name) for name, q in self._recipes.hours.queries.items()}
            answers = {name: future.result() for name, future in asked.items()}
        rows = {name: table for name, (table, _) in answers.items()}
        return rows, {name: changes for name, (_, changes) in answers.items() if changes is not None}

    def _prepare(self, recipe: Recipe) -> None:
        """Make the tables in between of a recipe, on a connection of its own to the database."""
        with self._connection.cursor() as connection:
            for statement in recipe.statements:
                connection.execute(statement)

    def _compared(self, query: str, name: str) -> tuple[pa.Table, Difference | None]:
        """A table of the contract, and how it differs from the run's."""
        made, path, where = f"made_{name}", self._kept / f"{name}.parquet", self._reach(name)
        keys = ", ".join(f'"{key}"' for key in _KEYS[name])
        with self._connection.cursor() as connection:
            table = _rows(connection, made, f"select * from ({query}) where {where}", keys)  # noqa: S608 - our own
            if not path.is_file():
                return table, None
            if name in HOURLY_TABLES:  # hours beyond the last with data are told by a whole run only
                where += f' and ({keys}) in (select ({keys}) from "{made}")'  # noqa: S608 - names of ours
            columns = ", ".join(f'"{column}"' for column in table.schema.names)
            return table, _parted(connection, path, made, columns, where, keys)

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

    def _reach(self, name: str) -> str:
        """Condition on the rows in reach; made of numbers and days of ours."""
        keys = _KEYS[name]
        if "end" in keys:
            begin, until = _midnight(self._hourly.first), _midnight(self._hourly.last + timedelta(days=1))
            span = f"\"end\" > timestamp '{begin}' and \"end\" <= timestamp '{until}'"
            return f"{span} and region in (select region from near)"  # noqa: S608 - made of our own days
        if "day" in keys:
            first, last = self.dust_span
            return f"day between date '{first}' and date '{last}'"
        return "period in (select period from judged)"


def _rows(connection: Any, name: str, query: str, order: str) -> pa.Table:
    """Rows of a query, kept as a table: a query that is asked for rows at once is planned twice, which takes longer."""
    connection.execute(f'create or replace table "{name}" as {query}')
    found: pa.Table = connection.sql(f'from "{name}" order by {order}').to_arrow_table()
    return found


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


def _recipes(
    key: str, calendar: Calendar, hourly: Calendar, station_percentiles: Sequence[str], folder: Path | None
) -> _Recipes:
    book = _BOOKS.setdefault(folder, RecipeBook(folder))

    def kept(what: str, of: Calendar, write: Callable[[], Recipe]) -> Recipe:
        return book.get([key, what, *station_percentiles, "|", *of.editions], write)

    return _Recipes(
        kept("days", calendar, lambda: _days_recipe(calendar, station_percentiles)),
        kept("periods", calendar, lambda: _periods_recipe(calendar, station_percentiles)),
        kept("hours", hourly, lambda: _hours_recipe(hourly, station_percentiles)),
        kept("dust", calendar, lambda: _dust_recipe(calendar)),
    )


def write_recipes(key: str, calendar: Calendar, folder: Path, station_percentiles: Sequence[str] = ("year",)) -> None:
    """Write down in advance what a correction of any day of a calendar needs, so that the first one is quick, too."""
    seen: set[tuple[tuple[str, ...], ...]] = set()
    for year in range(calendar.first.year, calendar.last.year + 1):
        narrowed = _narrowed(calendar, year - 1, year + 1)
        whole = replace(narrowed, to_date=())
        first, last = max(calendar.first, date(year, 1, 1)), min(calendar.last, date(year, 12, 31))
        ends = [replace(whole, first=day, last=day) for day in (first, last)]
        for hourly in (*ends, replace(whole, first=first, last=last)):
            if (wanted := (narrowed.editions, hourly.editions)) not in seen:
                seen.add(wanted)
                _recipes(key, narrowed, hourly, station_percentiles, folder)


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
