"""Which published numbers a correction changes (更正影响), before anybody computes a whole evaluation again.

Looks at the hours of air that came into the lake since a run, recomputes what they touch from the days that the run
kept, and tells every number and target that would come out otherwise. Reads only. The office then evaluates anew and
releases the change list (`actions.release_changes`), which compares the two whole runs.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from saishang.apps.indicators import air_tables
from saishang.apps.indicators.air_values import AIR_READERS
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.changes import TargetChange, ValueChange, batches_between, value_change, value_key
from saishang.apps.indicators.computing import year_over
from saishang.apps.indicators.goals import plan_goals
from saishang.apps.indicators.models import IndicatorValue, Run
from saishang.apps.indicators.provenance import code_version
from saishang.apps.indicators.states import State, judge_all
from saishang.apps.indicators.values import Value, computed_values
from saishang.config import Config
from saishang.errors import SaishangError
from saishang.lake import Lake
from saishang.lake.engines import DAY_STATES
from saishang.lake.engines.correction import CHANGED_DAYS, AirCorrection, changed_days
from saishang.lake.ledger import Batch
from saishang.rules import Rules
from saishang.science.air.from_rules import dust_rule
from saishang.science.air.series import DUST_DAYS, proposed_days

__all__ = ["Correction", "NoCorrection", "preview", "summary", "value_of"]

#: Values are kept with twelve decimals.
_STORED = Decimal(1).scaleb(-12)


class NoCorrection(SaishangError):
    """The quick way is not open for this run."""

    code = "no-correction"


@dataclass(frozen=True)
class Correction:
    """What corrected hours change.

    Attributes
    ----------
    batches:
        Files that came in since the run.
    days:
        (station or `city:<region>`, day) with a row that they wrote, up to the day of the run.
    tables:
        Table of the run → (rows that do not stand any more, rows that stand now).
    values, targets:
        Published numbers and states that come out otherwise.
    other_media:
        Media of which files came in too: their numbers are told by a whole evaluation only.
    seconds:
        How long it took.
    """

    run: str
    before_version: int
    after_version: int
    batches: tuple[Batch, ...]
    days: tuple[tuple[str, date], ...]
    tables: Mapping[str, tuple[pa.Table, pa.Table]]
    values: tuple[ValueChange, ...]
    targets: tuple[TargetChange, ...]
    other_media: tuple[str, ...]
    seconds: float


def preview(config: Config, lake: Lake, rules: Rules, run: Run) -> Correction:
    """What the files since a run change in it.

    Raises
    ------
    NoCorrection
        When the run was made by other rules, or kept no days.
    """
    started = time.perf_counter()
    folder = Path(config.runs) / run.id
    if rules.digest != run.rules_digest or code_version() != run.code_version:
        raise NoCorrection(
            f"run {run.id} was made by other rules or another program",
            fix="evaluate again first: then only the observations differ",
        )
    if not all((folder / f"{name}.parquet").is_file() for name in DAY_STATES):
        raise NoCorrection(f"run {run.id} kept no days to start from", fix="evaluate again with this version")
    version = lake.version
    batches = tuple(batches_between(lake, run.lake_version, version))
    changed, media = _changed(lake, run, version, batches)
    tables: dict[str, tuple[pa.Table, pa.Table]] = {}
    values: list[ValueChange] = []
    targets: list[TargetChange] = []
    if changed.num_rows:
        fresh, tables = _recompute(lake, rules, run, version, changed, folder)
        values, targets = _numbers(rules, run, fresh)
    days = [(row["station"], row["day"]) for row in changed.to_pylist()]
    return Correction(
        run.id, run.lake_version, version, batches, tuple(days), tables, tuple(values), tuple(targets),
        tuple(media), time.perf_counter() - started,
    )  # fmt: skip


def _changed(lake: Lake, run: Run, version: int, batches: Sequence[Batch]) -> tuple[pa.Table, list[str]]:
    """Station days of air that the batches wrote, and the other media that they brought rows of."""
    if not batches:
        return CHANGED_DAYS.empty_table(), []
    months = sorted({month for batch in batches for month in batch.months})
    old = {part.path for part in lake.table.parts(run.lake_version, months=months)}
    new = [part for part in lake.table.parts(version, months=months) if part.path not in old]
    numbers = [batch.id for batch in batches]
    air = [part.path for part in new if part.medium == "air" and part.month <= f"{run.as_of:%Y-%m}"]
    changed = changed_days(air, numbers)
    changed = changed.filter(pc.less_equal(changed["day"], pa.scalar(run.as_of)))
    media = sorted(
        medium
        for medium in {part.medium for part in new} - {"air"}
        if changed_days([part.path for part in new if part.medium == medium], numbers).num_rows
    )
    return changed, media


def _recompute(
    lake: Lake, rules: Rules, run: Run, version: int, changed: pa.Table, folder: Path
) -> tuple[dict[str, pa.Table], dict[str, tuple[pa.Table, pa.Table]]]:
    """Tables in reach of the changed days, and how they differ from the run's."""
    site, region = str(run.parameters["site"]), str(run.parameters["region"])
    inputs = air_tables.inputs_of(
        lake, rules, site=site, region=region, as_of=run.as_of, version=run.lake_version, known_at=run.started
    )
    first = min(changed.column("day").to_pylist())
    if first < inputs.calendar.first:
        raise NoCorrection(
            f"the files reach back to {first}, before the first day of run {run.id}", fix="evaluate again as a whole"
        )
    key = f"{rules.digest} {code_version()}"
    with AirCorrection(
        key, folder, inputs.calendar, inputs.stations, changed, excluded=inputs.excluded
    ) as correction:  # fmt: skip
        begin, end = correction.months
        parts = [part.path for part in lake.table.parts(version, medium="air") if begin <= part.month <= end]
        correction.read(parts)
        fresh = correction.tables(_dust(rules, run, folder, correction))
        return fresh, correction.difference(fresh)


def _dust(rules: Rules, run: Run, folder: Path, correction: AirCorrection) -> pa.Table:
    """Sand-dust days of the run, those of the cities concerned proposed anew around the changed days."""
    kept = pq.read_table(folder / "dust_days.parquet").select(DUST_DAYS.names).cast(DUST_DAYS).to_pylist()
    first, last = correction.dust_span
    cities = set(correction.cities)
    begins: date = rules.document("standards/air/dust")["editions"][0]["from"]
    made = air_tables.decisions(run.started)
    fresh = [
        {"region": row["region"], "day": row["day"], "status": made.get((row["region"], row["day"]), ("proposed",))[0]}
        for row in proposed_days(correction.episodes(dust_rule(rules))).to_pylist()
        if row["region"] in cities and first <= row["day"] <= last and begins <= row["day"] <= run.as_of
    ]
    others = [row for row in kept if not (row["region"] in cities and first <= row["day"] <= last)]
    rows = sorted([*others, *fresh], key=lambda row: (row["region"], row["day"]))
    return pa.Table.from_pylist(rows, schema=DUST_DAYS)


def _numbers(
    rules: Rules, run: Run, tables: Mapping[str, pa.Table]
) -> tuple[list[ValueChange], list[TargetChange]]:  # fmt: skip
    """Values and states that the fresh tables give otherwise than the run."""
    catalogue = Catalogue(rules)
    region = str(run.parameters["region"])
    fresh = computed_values(
        catalogue, tables, region, readers=AIR_READERS, cities=run.parameters["cities"], known=rules.regions.keys()
    )
    now = {value_key(value): value for value in fresh}
    stored = {value_key(row): row for row in IndicatorValue.objects.filter(run=run)}
    # What the run told of a period in reach and is not told any more.
    readable = {way.id for indicator in catalogue.indicators.values() for way in indicator.by(*AIR_READERS)}
    reach = {str(period) for name in AIR_READERS if name in tables for period in tables[name]["period"].to_pylist()}
    gone = {
        key
        for key, row in stored.items()
        if key not in now and row.kind == "computed" and row.indicator in readable and row.period in reach
        and "table" in row.inputs
    }  # fmt: skip
    found = [
        value_change(key, stored.get(key), now.get(key))
        for key in sorted({*now, *gone})
        if key in gone or key not in stored or not _same(stored[key], now[key])
    ]
    values = [value_of(row) for key, row in stored.items() if key not in now and key not in gone] + fresh
    return found, _states(rules, run, catalogue, values)


def _states(rules: Rules, run: Run, catalogue: Catalogue, values: Sequence[Value]) -> list[TargetChange]:
    region, site = str(run.parameters["region"]), str(run.parameters["site"])
    _, goals = plan_goals(region, rules, on=run.as_of, version=run.plan_version, known_at=run.started)
    baselines = Catalogue.baselines(rules, site)
    fresh = judge_all(goals, values, catalogue, baselines, run.as_of.year, year_over=year_over(run.as_of))
    stored = {(row.target, row.region): row for row in run.targets.all()}
    return [change for state in fresh if (change := _target(stored.get((state.goal.id, state.goal.region)), state))]


def _target(was: Any, now: State) -> TargetChange | None:
    rounded = now.value.rounded if now.value else ""
    told = (now.standing.status, rounded, now.standing.reason)
    if was is not None and (was.status, was.rounded, was.reason) == told:
        return None
    return TargetChange(
        target=now.goal.id, region=now.goal.region, title=now.goal.text, title_en=now.goal.title_en,
        before_status=was.status if was else "", after_status=now.standing.status,
        before=was.rounded if was else "", after=rounded,
        before_reason=was.reason if was else "", after_reason=now.standing.reason,
        year=now.goal.year, indicator=now.goal.indicator or "",
    )  # fmt: skip


def value_of(row: IndicatorValue) -> Value:
    """A stored value as evaluation handles it."""
    names = (
        "indicator", "region", "period", "period_kind", "basis", "kind", "value", "rounded", "unit", "valid",
        "coverage", "reason", "clause", "inputs", "standard",
    )  # fmt: skip
    return Value(**{name: getattr(row, name) for name in names})


def _same(was: IndicatorValue, now: Value) -> bool:
    a, b = was.value, now.value
    same = a == b if a is None or b is None else abs(a - b) < _STORED
    return same and (was.rounded, was.valid, was.reason) == (now.rounded, now.valid, now.reason)


def summary(correction: Correction) -> Iterable[tuple[str, int]]:
    """Table → rows that stand otherwise, the most first."""
    counted = [(name, max(gone.num_rows, come.num_rows)) for name, (gone, come) in correction.tables.items()]
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))
