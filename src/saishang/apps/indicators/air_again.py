"""The air tables of a run after a correction: the days that changed made again from their hours, the rest as it was.

Changed are days with corrected hours, with hours that quality control takes out or gives back, and days of sand and
dust that people decided otherwise. Rows equal those of a whole evaluation (`bench/correction.py`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from saishang.apps.indicators import air_tables
from saishang.apps.indicators.media import Asked, Before, Remade, Touched, remade_whole
from saishang.apps.indicators.provenance import code_version
from saishang.config import Config
from saishang.lake import Lake
from saishang.lake.engines import DAY_STATES
from saishang.lake.engines.correction import CHANGED_DAYS, AirCorrection, write_recipes
from saishang.rules import Rules
from saishang.science.air.from_rules import dust_rule
from saishang.science.air.series import DUST_DAYS, proposed_days

__all__ = ["prepare", "tables_again"]


def tables_again(asked: Asked, before: Before, touched: Touched) -> Remade:
    """What is in reach of the changed days; the whole medium where the quick way is not open.

    It is not open for a run that kept no days, nor when the calendar begins on another day than the run's.
    """
    days = {(station, day) for _, station, day in touched.rows} | {(flag[1], flag[3].date()) for flag in touched.flags}
    # A day that is decided otherwise has the same hours; the city's own series stands for it.
    days |= {(f"city:{region}", day) for region, day in touched.decisions}
    days = {(station, day) for station, day in days if day <= asked.as_of}
    if not all((before.folder / f"{name}.parquet").is_file() for name in DAY_STATES):
        return remade_whole(air_tables.tables_of(asked), before)
    inputs = air_tables.inputs_of(
        asked.lake, asked.rules, site=asked.site, region=asked.region, as_of=asked.as_of, version=asked.version,
        known_at=asked.known_at,
    )  # fmt: skip
    days = {(station, day) for station, day in days if day >= inputs.calendar.first}
    first = air_tables.first_day(asked.lake, asked.as_of, before.version)
    if touched.other or touched.registers or first != inputs.calendar.first:
        return remade_whole(air_tables.tables_of(asked), before)
    if not days:
        return Remade({}, {}, partial=True)
    stations, changed_on = zip(*sorted(days), strict=True)
    changed = pa.table([pa.array(stations, pa.string()), pa.array(changed_on, pa.date32())], schema=CHANGED_DAYS)
    with AirCorrection(
        _key(asked.rules), before.folder, inputs.calendar, inputs.stations, changed, excluded=inputs.excluded,
        recipes=_folder(asked.config),
    ) as correction:  # fmt: skip
        begin, end = correction.months
        parts = asked.lake.table.parts(asked.version, medium="air")
        correction.read([part.path for part in parts if begin <= part.month <= end])
        dust = _dust(asked, before.folder, correction)
        tables, changes = correction.tables(dust)
    return Remade(tables, changes, partial=True)


def prepare(config: Config, lake: Lake, rules: Rules, *, site: str, region: str, as_of: date, version: int) -> None:
    """Write down the statements of corrections in advance; nothing when the lake holds no air observations."""
    if not any(part.month <= f"{as_of:%Y-%m}" for part in lake.table.parts(version, medium="air")):
        return
    inputs = air_tables.inputs_of(lake, rules, site=site, region=region, as_of=as_of, version=version)
    write_recipes(_key(rules), inputs.calendar, _folder(config))


def _key(rules: Rules) -> str:
    return f"{rules.digest} {code_version()}"


def _folder(config: Config) -> Path:
    """Where statements are kept: beside the runs, and no part of any of them."""
    return Path(config.runs) / ".recipes"


def _dust(asked: Asked, folder: Path, correction: AirCorrection) -> pa.Table:
    """Sand-dust days of the run, those of the cities concerned proposed anew around the changed days."""
    kept = pq.read_table(folder / "dust_days.parquet").select(DUST_DAYS.names).cast(DUST_DAYS).to_pylist()
    first, last = correction.dust_span
    cities = set(correction.cities)
    begins: date = asked.rules.document("standards/air/dust")["editions"][0]["from"]
    made = air_tables.decisions(asked.known_at)
    fresh = [
        {"region": row["region"], "day": row["day"], "status": made.get((row["region"], row["day"]), ("proposed",))[0]}
        for row in proposed_days(correction.episodes(dust_rule(asked.rules))).to_pylist()
        if row["region"] in cities and first <= row["day"] <= last and begins <= row["day"] <= asked.as_of
    ]
    others = [row for row in kept if not (row["region"] in cities and first <= row["day"] <= last)]
    rows = sorted([*others, *fresh], key=lambda row: (row["region"], row["day"]))
    return pa.Table.from_pylist(rows, schema=DUST_DAYS)
