"""Run the air statistics on an engine: hours once, month by month; everything else from the kept days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from saishang.lake.engines.base import Engine, EngineError
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

__all__ = ["AIR_TABLES", "EXCLUDED", "STATIONS", "AirRun", "evaluate_air", "propose_dust"]

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


@dataclass
class AirRun:
    """The tables of one evaluation, as expressions of the engine that made them."""

    engine: Engine
    tables: dict[str, Any] = field(default_factory=dict)

    def expression(self, name: str) -> Any:
        """Ibis expression of a table."""
        try:
            return self.tables[name]
        except KeyError:
            raise EngineError(
                f"expected one of {', '.join(self.tables)}, got {name!r}", fix="ask for a table of the run"
            ) from None

    def table(self, name: str) -> pa.Table:
        """Rows of a table in their canonical order, the same on every engine."""
        order = [(column, "ascending") for column in AIR_TABLES[name]]
        return self.engine.run(self.expression(name)).sort_by(order)

    def write(self, folder: Path, names: Sequence[str] | None = None) -> list[Path]:
        """Write tables as Parquet files `<name>.parquet`; return the paths."""
        paths = []
        for name in names or tuple(self.tables):
            path = folder / f"{name}.parquet"
            self.engine.write(self.expression(name), path)
            paths.append(path)
        return paths


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
        summed on its own, which bounds the memory.
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
    The run; its cheap tables are made when they are asked for.
    """
    portions = [engine.observations(portion) for portion in files]
    if excluded is not None and excluded.num_rows:
        out = engine.table("excluded_hours", excluded.cast(EXCLUDED))
        portions = [portion.anti_join(out, EXCLUDED.names) for portion in portions]
    if not portions:
        raise EngineError("expected at least one portion of observations, got none", fix="load measurements first")
    reference = _reference(engine, calendar)
    science = AirStatistics(calendar.rules, reference, station_percentiles)
    known = engine.table("stations", stations.select(STATIONS.names).cast(STATIONS))
    sums = engine.keep("day_sums", *(science.day_sums(portion) for portion in portions))
    ozone = engine.keep("ozone_sums", *(science.ozone_sums(portion) for portion in portions))
    given = None
    if published:
        given = engine.keep("published_days", *(science.published_days(portion) for portion in portions))
    dusty = engine.table("dust_days", (DUST_DAYS.empty_table() if dust is None else dust).cast(DUST_DAYS))

    station_days = engine.keep("station_days", science.station_days(known, sums, ozone))
    engine.drop("day_sums")
    engine.drop("ozone_sums")
    city_days = engine.keep("city_days", science.indexed_days(science.city_days(station_days, given)))
    masked = engine.keep("masked_days", science.masked_days(city_days, dusty))
    measured = engine.keep("city_aqi", science.city_aqi(city_days))
    removed = engine.keep("city_aqi_without_dust", science.city_aqi_without_dust(masked))
    as_measured = engine.keep("city_figures_measured", science.city_figures(city_days))
    city_figures = engine.keep("city_figures", as_measured, science.city_figures_without_dust(as_measured, masked))
    region_figures = engine.keep("region_figures", science.region_figures(city_figures))
    station_figures = engine.keep("station_figures", science.station_figures(station_days))
    places = city_figures.union(region_figures)
    composite = engine.keep("composite", science.composite(places))
    return AirRun(
        engine,
        {
            "station_daily": science.station_daily(station_days),
            "city_daily": science.city_daily(city_days),
            "city_aqi": measured,
            "city_aqi_without_dust": removed,
            "period_statistics": science.period_statistics(station_figures, city_figures, region_figures),
            "period_days": engine.keep(
                "period_days_counted", science.period_days(science.day_levels(measured, removed))
            ),
            "composite": composite,
            "attainment": science.attainment(places.union(station_figures)),
            "ranking": engine.keep("ranking", science.ranking(composite, city_figures)),
        },
    )


def propose_dust(
    engine: Engine, files: Sequence[str | Path], stations: pa.Table, calendar: Calendar, rule: DustRule
) -> list[DustProposal]:
    """Sand-dust episodes proposed from the hours in `files`; for a named person to confirm or reject."""
    known = engine.table("dust_stations", stations.select(STATIONS.names).cast(STATIONS))
    expression = city_hours(engine.observations(files), known, calendar.rules)
    return propose_windows(engine.run(expression), rule)


def _reference(engine: Engine, calendar: Calendar) -> Reference:
    tables = calendar.tables()
    brought = {name: engine.table(f"ref_{name}", tables[name]) for name in Reference.names()}
    return Reference(unit=calendar.rules.grid.unit, **brought)
