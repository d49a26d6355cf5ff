"""Run the air statistics on an engine: hours once, month by month; everything else from the kept days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from saishang.lake.engines.base import Engine, EngineError
from saishang.science.air.dust import DustRule
from saishang.science.air.series import (
    DUST_DAYS,
    LEAD_HOURS,
    AirStatistics,
    Calendar,
    DustProposal,
    Reference,
    city_hours,
    propose_windows,
)

__all__ = [
    "AIR_TABLES",
    "DAY_STATES",
    "EXCLUDED",
    "EXTRA_TABLES",
    "HOURLY_TABLES",
    "STATIONS",
    "AirRun",
    "evaluate_air",
    "propose_dust",
]

#: Columns of the station table of an evaluation.
STATIONS = pa.schema(
    [("station", pa.string()), ("region", pa.string()), ("city_mean", pa.bool_()), ("opened", pa.date32()),
     ("closed", pa.date32())]
)  # fmt: skip
#: Columns of the hours that quality control takes out.
EXCLUDED = pa.schema(
    [("source", pa.string()), ("station", pa.string()), ("parameter", pa.string()), ("start", pa.timestamp("us"))]
)
#: Tables of a run and the columns that order their rows.
AIR_TABLES: dict[str, tuple[str, ...]] = {
    "station_daily": ("station", "parameter", "day"),
    "city_daily": ("region", "parameter", "day"),
    "city_aqi": ("region", "day"),
    "city_aqi_without_dust": ("region", "day"),
    "period_statistics": ("scope", "id", "basis", "parameter", "period_kind", "period", "statistic"),
    "period_days": ("scope", "id", "basis", "period_kind", "period"),
    "composite": ("scope", "id", "basis", "period_kind", "period", "standard"),
    "attainment": ("scope", "id", "basis", "period", "standard", "parameter", "statistic"),
    "ranking": ("list", "criterion", "basis", "period_kind", "period", "standard", "id"),
}
#: Tables of hours: many rows, so they are made and written only when named.
HOURLY_TABLES: dict[str, tuple[str, ...]] = {
    "city_aqi_hourly": ("region", "end"),
    "station_aqi_hourly": ("station", "end"),
}
#: Further tables that are made and written only when named: no rule selects them by itself.
EXTRA_TABLES: dict[str, tuple[str, ...]] = {
    "composite_alternatives": ("scope", "id", "basis", "period_kind", "period", "setting"),
}


#: Tables in ticks from which the others are made; a run keeps them so that a corrected hour need not be a whole run.
DAY_STATES: dict[str, tuple[str, ...]] = {
    "station_days": ("station", "day"),
    "published_days": ("region", "parameter", "day"),
}


class AirRun:
    """The tables of one evaluation; each is made when it is first asked for, from intermediate ones that are kept."""

    def __init__(
        self,
        engine: Engine,
        portions: Sequence[Sequence[str | Path]],
        excluded: Any,
        science: AirStatistics,
        stations: Any,
        dust: Any,
        published: bool,
    ) -> None:
        self.engine = engine
        self.science = science
        self._portions = portions
        self._excluded = excluded
        self._stations = stations
        self._dust = dust
        self._published = published
        self._kept: dict[str, Any] = {}

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables of days and periods; those of hours are `HOURLY_TABLES`."""
        return tuple(AIR_TABLES)

    def expression(self, name: str) -> Any:
        """Ibis expression of a table."""
        if name not in _TABLES:
            raise EngineError(f"expected one of {', '.join(_TABLES)}, got {name!r}", fix="ask for a table of the run")
        return _TABLES[name](self)

    def table(self, name: str) -> pa.Table:
        """Rows of a table in their canonical order, the same on every engine."""
        expression = self.expression(name)
        order = (AIR_TABLES | HOURLY_TABLES | EXTRA_TABLES | DAY_STATES)[name]
        return self.engine.run(expression).sort_by([(column, "ascending") for column in order])

    def write(self, folder: Path, names: Sequence[str] | None = None) -> list[Path]:
        """Write tables as Parquet files `<name>.parquet` (without names: those of `tables`); return the paths."""
        paths = []
        for name in names or self.tables:
            path = folder / f"{name}.parquet"
            self.engine.write(self.expression(name), path)
            paths.append(path)
        self.engine.finish()
        return paths

    # Hours, on demand.

    def hour_items(self) -> Any:
        """Items of the hourly report of stations."""

        def make() -> list[Any]:
            packed = self._keep("station_hours", self._station_hours)
            return [self.science.station_hour_items(self._stations, packed)]

        if "hour_items" not in self._kept:
            self._keep("hour_items", make)
            self._forget("station_hours")
        return self._kept["hour_items"]

    def _station_hours(self) -> Iterator[Any]:
        """Hours portion by portion, each with the hours of earlier portions that its running means reach back to."""
        rows = [_usable(self.engine.observations(files), self._excluded) for files in self._portions]
        spans = [(portion, *found) for portion in rows if (found := self._span(portion))]
        if not spans:
            yield self.science.station_hours(rows[0], None)
        for portion, first, _ in spans:
            since = first - timedelta(hours=LEAD_HOURS)
            before = [
                other.filter(other.start >= since, other.start < first)
                for other, begin, end in spans
                if other is not portion and begin < first and end >= since
            ]
            yield self.science.station_hours(ibis.union(portion, *before) if before else portion, first)

    def _span(self, portion: Any) -> tuple[datetime, datetime] | None:
        """First and last start in a portion; None when it is empty."""
        (row,) = self.engine.run(portion.agg(first=portion.start.min(), last=portion.start.max())).to_pylist()
        return None if row["first"] is None else (row["first"], row["last"])

    # Intermediate tables, in ticks.

    def station_days(self) -> Any:
        """Days of stations."""
        if "station_days" not in self._kept:
            sums = self._from_hours("day_sums", self.science.day_sums)
            ozone = self._from_hours("ozone_days", self.science.ozone_days)
            self._keep("station_days", lambda: [self.science.station_days(self._stations, sums, ozone)])
            self._forget("day_sums", "ozone_days")
        return self._kept["station_days"]

    def take(self, name: str, table: Any) -> None:
        """Use a table of `DAY_STATES` as it is given, instead of making it from the hours."""
        self._kept[name] = table

    def published_days(self) -> Any:
        """Days of cities that arrived as such."""
        return self._from_hours("published_days", self.science.published_days)

    def city_days(self) -> Any:
        """Days of cities with their sub-indices."""

        def make() -> list[Any]:
            given = self.published_days() if self._published else None
            return [self.science.indexed_days(self.science.city_days(self.station_days(), given))]

        return self._keep("city_days", make)

    def masked_days(self) -> Any:
        """Days of cities without the particles of sand-dust days."""
        return self._keep("masked_days", lambda: [self.science.masked_days(self.city_days(), self._dust)])

    def city_aqi(self) -> Any:
        """Index of cities as measured."""
        return self._keep("city_aqi", lambda: [self.science.city_aqi(self.city_days())])

    def city_aqi_without_dust(self) -> Any:
        """Index of cities without sand-dust days' particles."""
        return self._keep("city_aqi_without_dust", lambda: [self.science.city_aqi_without_dust(self.masked_days())])

    def city_figures(self) -> Any:
        """Unrounded figures of cities on both bases."""

        def make() -> list[Any]:
            measured = self._keep("city_figures_measured", lambda: [self.science.city_figures(self.city_days())])
            return [measured, self.science.city_figures_without_dust(measured, self.masked_days())]

        return self._keep("city_figures", make)

    def places(self) -> Any:
        """Unrounded figures of cities and of regions."""
        return self._keep(
            "place_figures", lambda: [self.city_figures(), self.science.region_figures(self.city_figures())]
        )

    def station_figures(self) -> Any:
        """Unrounded figures of stations."""
        return self._keep("station_figures", lambda: [self.science.station_figures(self.station_days())])

    def composite(self) -> Any:
        """Composite index of cities and regions."""
        return self._keep("composite", lambda: [self.science.composite(self.places())])

    def period_days(self) -> Any:
        """Good days of cities and regions."""

        def make() -> list[Any]:
            levels = self.science.day_levels(self.city_aqi(), self.city_aqi_without_dust())
            return [self.science.period_days(levels)]

        return self._keep("period_day_counts", make)

    def ranking(self) -> Any:
        """Rankings of cities."""
        return self._keep("ranking", lambda: [self.science.ranking(self.composite(), self.city_figures())])

    def _keep(self, name: str, make: Callable[[], Iterable[Any]]) -> Any:
        if name not in self._kept:
            self._kept[name] = self.engine.keep(name, *make())
        return self._kept[name]

    def _forget(self, *names: str) -> None:
        for name in names:
            self.engine.drop(name)
            del self._kept[name]

    def _from_hours(self, name: str, make: Callable[[Any], Any]) -> Any:
        if name not in self._kept:
            self._kept[name] = self.engine.keep_each(
                name, self._portions, lambda rows: make(_usable(rows, self._excluded))
            )
        return self._kept[name]


_TABLES: dict[str, Callable[[AirRun], Any]] = {
    "station_daily": lambda run: run.science.station_daily(run.station_days()),
    "city_daily": lambda run: run.science.city_daily(run.city_days()),
    "city_aqi": AirRun.city_aqi,
    "city_aqi_without_dust": AirRun.city_aqi_without_dust,
    "period_statistics": lambda run: run.science.period_statistics(run.places(), run.station_figures()),
    "period_days": AirRun.period_days,
    "composite": AirRun.composite,
    "attainment": lambda run: run.science.attainment(run.places().union(run.station_figures())),
    "ranking": AirRun.ranking,
    "composite_alternatives": lambda run: run.science.composite_alternatives(run.places()),
    "station_days": AirRun.station_days,
    "published_days": AirRun.published_days,
    "station_aqi_hourly": lambda run: run.science.station_aqi_hourly(run.hour_items()),
    "city_aqi_hourly": lambda run: run.science.city_aqi_hourly(run.hour_items()),
}


def evaluate_air(
    engine: Engine,
    files: Sequence[Sequence[str | Path]],
    stations: pa.Table,
    calendar: Calendar,
    *,
    dust: pa.Table | None = None,
    excluded: pa.Table | None = None,
    station_percentiles: Sequence[str] = ("year",),
    published: bool = True,
) -> AirRun:
    """Evaluate hourly and published daily observations.

    Parameters
    ----------
    engine:
        Where it runs.
    files:
        Parquet files of the lake in portions that share no station's day (its months, best); each portion is read and
        summed on its own, which bounds the memory. For the tables of hours, portions follow one another in time (the
        running means look back into the one before) or hold different stations.
    stations:
        Columns `STATIONS`; `region` is the city's code.
    dust:
        Sand-dust days (`DUST_DAYS`); none when not given.
    excluded:
        Hours that quality control takes out (`EXCLUDED`); none when not given.
    station_percentiles:
        Kinds of periods for which single stations get percentiles.
    published:
        Whether to look for city series (`station = city:<region>`).

    Returns
    -------
    The run; nothing is computed before a table is asked for.
    """
    if not files:
        raise EngineError("expected at least one portion of observations, got none", fix="load measurements first")
    science = AirStatistics(calendar.rules, _reference(engine, calendar), station_percentiles, calendar.editions)
    known = engine.table("stations", _keyed(stations.select(STATIONS.names).cast(STATIONS), "station", "region"))
    dusty = engine.table("dust_days", (DUST_DAYS.empty_table() if dust is None else dust).cast(DUST_DAYS))
    return AirRun(engine, files, _brought(engine, excluded), science, known, dusty, published)


def propose_dust(
    engine: Engine,
    files: Sequence[str | Path],
    stations: pa.Table,
    calendar: Calendar,
    rule: DustRule,
    *,
    excluded: pa.Table | None = None,
) -> list[DustProposal]:
    """Sand-dust episodes proposed from the hours in `files`; for a named person to confirm or reject.

    Hours in `excluded` (`EXCLUDED`) stay out, as in `evaluate_air`.
    """
    known = engine.table("dust_stations", stations.select(STATIONS.names).cast(STATIONS))
    rows = _usable(engine.observations(files), _brought(engine, excluded))
    expression = city_hours(rows, known, calendar.rules)
    return propose_windows(engine.run(expression), rule)


def _keyed(table: pa.Table, *columns: str) -> pa.Table:
    """The table with some of its texts as keys: every day, month and period below carries them."""
    for column in columns:
        table = table.set_column(table.schema.get_field_index(column), column, table[column].dictionary_encode())
    return table


def _brought(engine: Engine, excluded: pa.Table | None) -> Any:
    """The hours that quality control takes out as a table of the engine; None without any."""
    if excluded is None or excluded.num_rows == 0:
        return None
    return engine.table("excluded", excluded.select(EXCLUDED.names).cast(EXCLUDED))


def _usable(rows: Any, excluded: Any) -> Any:
    """Rows of the lake without those that quality control takes out; without any such, a plain scan."""
    return rows if excluded is None else rows.anti_join(excluded, EXCLUDED.names)


def _reference(engine: Engine, calendar: Calendar) -> Reference:
    tables = calendar.tables()
    brought = {name: engine.table(f"ref_{name}", tables[name]) for name in Reference.names()}
    return Reference(unit=calendar.rules.grid.unit, **brought)
