"""Run the noise statistics on an engine: hours once, portion by portion; everything else from the kept sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from saishang.lake.engines.base import Engine, EngineError
from saishang.science.noise.series import hour_sums, pass_rates, station_levels, station_rates, station_verdicts
from saishang.science.noise.series.calendar import NOISE_STATIONS, NoiseCalendar, NoiseReference

__all__ = ["NOISE_EXCLUDED", "NOISE_TABLES", "NoiseRun", "evaluate_noise"]

#: Hours that quality control takes out: they are not there.
NOISE_EXCLUDED = pa.schema(
    [("source", pa.string()), ("station", pa.string()), ("parameter", pa.string()), ("start", pa.timestamp("us"))]
)

#: Tables of a run and the columns that order their rows.
NOISE_TABLES: dict[str, tuple[str, ...]] = {
    "noise_levels": ("station", "day"),
    "noise_verdicts": ("station", "day", "span"),
    "noise_rates": ("period_kind", "period", "region", "zone", "span"),
    "noise_station_rates": ("station", "period_kind", "period", "span"),
}


class NoiseRun:
    """The tables of one evaluation, each made when it is asked for."""

    def __init__(self, engine: Engine, sums: Any, stations: Any, reference: NoiseReference, calendar: NoiseCalendar):
        self.engine = engine
        levels = engine.keep("noise_levels", station_levels(sums, stations, reference, calendar.rules))
        verdicts = engine.keep("noise_verdicts", station_verdicts(levels, reference))
        self._made: dict[str, Callable[[], Any]] = {
            "noise_levels": lambda: levels,
            "noise_verdicts": lambda: verdicts,
            "noise_rates": lambda: pass_rates(verdicts, reference.periods, reference.above, calendar.rules.least_share),
            "noise_station_rates": lambda: station_rates(verdicts, reference.periods, calendar.rules.least_share),
        }

    def table(self, name: str) -> pa.Table:
        """Rows of a table in their canonical order, the same on every engine.

        Raises
        ------
        EngineError
            When there is no such table.
        """
        if name not in self._made:
            raise EngineError(
                f"expected one of {', '.join(NOISE_TABLES)}, got {name!r}", fix="ask for a table of the run"
            )
        rows = self.engine.run(self._made[name]())
        return rows.sort_by([(column, "ascending") for column in NOISE_TABLES[name]])


def evaluate_noise(
    engine: Engine, portions: Sequence[Sequence[str | Path]], stations: pa.Table, calendar: NoiseCalendar,
    excluded: pa.Table | None = None,
) -> NoiseRun:  # fmt: skip
    """Evaluate automatic function-zone stations.

    Parameters
    ----------
    portions:
        Parquet files of lake rows (noise, and wind and rain under the stations' codes); a portion holds whole hours,
        months of the lake do. Wind and rain of an hour must stand in the portion of its level.
    stations:
        `NOISE_STATIONS`.
    excluded:
        `NOISE_EXCLUDED`; none when not given. An excluded level is a missing hour; excluded wind or rain says
        nothing.
    """
    tables = {name: engine.table(f"noise_{name}_ref", data) for name, data in calendar.tables().items()}
    reference = NoiseReference(**tables)
    known = engine.table("noise_stations", stations.cast(NOISE_STATIONS))
    out = None
    if excluded is not None and excluded.num_rows:
        out = engine.table("noise_excluded", excluded.select(NOISE_EXCLUDED.names).cast(NOISE_EXCLUDED))

    def usable(rows: Any) -> Any:
        return rows if out is None else rows.anti_join(out, NOISE_EXCLUDED.names)

    sums = engine.keep_each(
        "noise_hour_sums", portions, lambda rows: hour_sums(usable(rows), reference, calendar.rules)
    )
    return NoiseRun(engine, sums, known, reference, calendar)
