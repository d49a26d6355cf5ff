"""Run the water statistics on an engine: samples once, month by month; everything else from the kept days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from saishang.lake.engines.base import Engine, EngineError
from saishang.science.water.cwqi import CwqiRule
from saishang.science.water.series import WaterCalendar, WaterReference, WaterStatistics
from saishang.science.water.trophic import TrophicRule

__all__ = ["WATER_DAILY_TABLES", "WATER_EXCLUDED", "WATER_TABLES", "WaterRun", "evaluate_water"]

#: Columns of the samples that quality control takes out.
WATER_EXCLUDED = pa.schema(
    [("source", pa.string()), ("station", pa.string()), ("parameter", pa.string()), ("start", pa.timestamp("us"))]
)
#: Tables of days: many rows, so they are made and written only when named.
WATER_DAILY_TABLES: dict[str, tuple[str, ...]] = {"section_daily": ("section", "parameter", "day")}
#: Tables of a run and the columns that order their rows.
WATER_TABLES: dict[str, tuple[str, ...]] = {
    "section_items": ("section", "parameter", "period_kind", "period", "basis"),
    "section_class": ("section", "period_kind", "period", "basis"),
    "trophic_state": ("section", "period_kind", "period"),
    "cwqi": ("scope", "id", "period_kind", "period"),
    "evaluation_items": ("scope", "id", "period_kind", "period", "parameter"),
    "water_evaluation": ("scope", "id", "period_kind", "period", "basis"),
}


class WaterRun:
    """The tables of one evaluation; each is made when it is first asked for, from intermediate ones that are kept."""

    def __init__(
        self, engine: Engine, portions: Sequence[Sequence[str | Path]], excluded: Any, science: WaterStatistics
    ) -> None:
        self.engine = engine
        self.science = science
        self._portions = portions
        self._excluded = excluded
        self._kept: dict[str, Any] = {}

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables of periods; those of days are `WATER_DAILY_TABLES`."""
        return tuple(WATER_TABLES)

    def expression(self, name: str) -> Any:
        """Ibis expression of a table."""
        if name not in _TABLES:
            raise EngineError(f"expected one of {', '.join(_TABLES)}, got {name!r}", fix="ask for a table of the run")
        return _TABLES[name](self)

    def table(self, name: str) -> pa.Table:
        """Rows of a table in their canonical order, the same on every engine."""
        expression = self.expression(name)
        order = (WATER_TABLES | WATER_DAILY_TABLES)[name]
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

    def day_sums(self) -> Any:
        """Sums of sections and days."""
        return self._from_samples("water_day_sums", self.science.day_sums)

    def others(self) -> Any:
        """Rows of the series that are not automatic."""
        return self._from_samples("water_others", self.science.other_rows)

    def months(self) -> Any:
        """Monthly figures."""
        return self._keep("water_months", lambda: [self.science.months(self.day_sums(), self.others())])

    def items(self) -> Any:
        """Figures of every period with their classes."""
        return self._keep("water_items", lambda: [self.science.items(self.months())])

    def classes(self) -> Any:
        """Classes of sections."""
        return self._keep("water_classes", lambda: [self.science.section_class(self.items(), self.others())])

    def groups(self) -> Any:
        """Items of groups of sections."""
        return self._keep("water_groups", lambda: [self.science.group_items(self.items())])

    def _keep(self, name: str, make: Callable[[], Iterable[Any]]) -> Any:
        if name not in self._kept:
            self._kept[name] = self.engine.keep(name, *make())
        return self._kept[name]

    def _from_samples(self, name: str, make: Callable[[Any], Any]) -> Any:
        if name not in self._kept:
            self._kept[name] = self.engine.keep_each(
                name, self._portions, lambda rows: make(_usable(rows, self._excluded))
            )
        return self._kept[name]


_TABLES: dict[str, Callable[[WaterRun], Any]] = {
    "section_daily": lambda run: run.science.section_daily(run.day_sums()),
    "section_items": lambda run: run.science.section_items(run.items()),
    "section_class": WaterRun.classes,
    "trophic_state": lambda run: run.science.trophic_state(run.items()),
    "cwqi": lambda run: run.science.indices(run.items()),
    "evaluation_items": lambda run: run.science.evaluation_items(run.groups()),
    "water_evaluation": lambda run: run.science.water_evaluation(run.classes(), run.groups()),
}


def evaluate_water(
    engine: Engine,
    files: Sequence[Sequence[str | Path]],
    calendar: WaterCalendar,
    trophic: TrophicRule,
    cwqi: CwqiRule,
    *,
    excluded: pa.Table | None = None,
) -> WaterRun:
    """Evaluate samples of automatic stations and laboratories, and the classes that agencies publish.

    Parameters
    ----------
    engine:
        Where it runs.
    files:
        Parquet files of the lake in portions that share no section's day (its months, best); each is read on its own,
        which bounds the memory.
    calendar:
        Periods, sections and groups.
    trophic:
        Formulas of the trophic state index.
    cwqi:
        Items and limits of the city index.
    excluded:
        Samples that quality control takes out (`WATER_EXCLUDED`); none when not given.

    Returns
    -------
    The run; nothing is computed before a table is asked for.
    """
    if not files:
        raise EngineError("expected at least one portion of observations, got none", fix="load measurements first")
    out = None
    if excluded is not None and excluded.num_rows:
        out = engine.table("water_excluded", excluded.select(WATER_EXCLUDED.names).cast(WATER_EXCLUDED))
    tables = calendar.tables()
    brought = {name: engine.table(f"water_ref_{name}", tables[name]) for name in WaterReference.names()}
    limited = {code for edition in calendar.rules.editions for _, code in edition.limits}
    parameters = tuple(sorted(limited | {item.parameter for item in trophic.items.values()}))
    science = WaterStatistics(calendar.rules, WaterReference(**brought), trophic, cwqi, parameters)
    return WaterRun(engine, files, out, science)


def _usable(rows: Any, excluded: Any) -> Any:
    """Rows of the lake without those that quality control takes out."""
    return rows if excluded is None else rows.anti_join(excluded, WATER_EXCLUDED.names)
