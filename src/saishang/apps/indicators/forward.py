"""Forward from a line of a file (向前追溯): which published numbers and targets of a run rest on it.

The chain leads from a number to its rows; this leads the other way. Every row that stands in the lake from the line is
held against the run's values: the place it is counted in (`Medium.rests`), the period it falls into, and whether the
run counted it at all.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.media import Asked, Observed, Rests
from saishang.apps.indicators.media_list import MEDIA
from saishang.apps.indicators.models import IndicatorValue, Run, TargetState
from saishang.config import Config
from saishang.lake import Lake
from saishang.lake.duck import connect_duck
from saishang.lake.gaps import excluded_flags
from saishang.science.periods import period_span

__all__ = ["Forward", "RowState", "resting_on"]

_USABLE = (None, "<")


@dataclass(frozen=True)
class RowState:
    """A row that the lake holds from the line, and what became of it in the run.

    Attributes
    ----------
    state:
        `counted`, or why no number rests on it: `later` (it came in after the run, or lies after its day), `marked` (by
        its source), `excluded` (by quality control), `not_counted` (no indicator counts it).
    numbers:
        How many of the run's values rest on it.
    """

    row: Observed
    state: str
    numbers: int


@dataclass(frozen=True)
class Forward:
    """What rests on a line.

    Attributes
    ----------
    rows:
        Rows of the lake that the line wrote; none when all were replaced since, or were refused.
    values, targets:
        What of the run rests on any of them, in the order of indicator, place and period; of the plan.
    """

    run: str
    rows: tuple[RowState, ...]
    values: tuple[IndicatorValue, ...]
    targets: tuple[TargetState, ...]
    seconds: float


def resting_on(config: Config, lake: Lake, run: Run, batch: int, line: int) -> Forward:
    """Published numbers of a run that rest on a line of a batch's file.

    Raises
    ------
    LakeError
        When there is no such batch.
    """
    started = time.perf_counter()
    asked = Asked(
        config, lake, lake.rules, str(run.parameters["site"]), str(run.parameters["region"]), run.as_of,
        run.lake_version, run.started,
    )  # fmt: skip
    committed = lake.ledger.batch(batch)
    rows = _rows(lake, committed.months, batch, line)
    then = committed.table_version is not None and committed.table_version <= run.lake_version
    stored = list(
        IndicatorValue.objects.filter(run=run, kind="computed").order_by("indicator", "region", "period", "pk")
    )
    catalogue = Catalogue(lake.rules)
    found: dict[int, IndicatorValue] = {}
    states = []
    for row in rows:
        state = _state(asked, row) if then else "later"
        mine = _resting(asked, Path(config.runs) / run.id, row, stored, catalogue) if state == "counted" else []
        found |= {value.pk: value for value in mine}
        states.append(RowState(row, "not_counted" if state == "counted" and not mine else state, len(mine)))
    values = tuple(value for value in stored if value.pk in found)
    keys = {(value.indicator, value.region, value.period) for value in values}
    targets = tuple(
        state for state in run.targets.order_by("order")
        if state.value_kind == "computed" and (state.indicator, state.region, state.value_period) in keys
    )  # fmt: skip
    return Forward(run.id, tuple(states), values, targets, time.perf_counter() - started)


def _rows(lake: Lake, months: Sequence[str], batch: int, line: int) -> list[Observed]:
    """Rows of the newest version that the line wrote."""
    parts = lake.table.parts(None, months=months)
    found: list[Observed] = []
    with connect_duck(threads=2) as connection:
        for medium in sorted({part.medium for part in parts}):
            files = [part.path for part in parts if part.medium == medium]
            told = connection.execute(
                'select source, station, parameter, "start", "end", value, qualifier '
                "from read_parquet(?, hive_partitioning = false) where batch = ? and line = ? order by all",
                [files, batch, line],
            ).fetchall()
            found += [Observed(medium, *row) for row in told]
    return found


def _state(asked: Asked, row: Observed) -> str:
    if row.day > asked.as_of:
        return "later"
    if row.value is None or row.qualifier not in _USABLE:
        return "marked"
    out = excluded_flags(asked.lake.ledger, row.start, row.end, asked.known_at)
    return "excluded" if (row.source, row.station, row.parameter, row.start) in out else "counted"


def _resting(
    asked: Asked, folder: Path, row: Observed, stored: Sequence[IndicatorValue], catalogue: Catalogue
) -> list[IndicatorValue]:
    found: list[IndicatorValue] = []
    for medium in MEDIA:
        if row.medium not in medium.lake or (rests := medium.rests(asked, folder, row)) is None:
            continue
        mine = (value for value in stored if value.inputs.get("table") in medium.readers)
        found += [value for value in mine if _within(row, value) and _by_any_way(catalogue, rests, value)]
    return found


def _within(row: Observed, value: Any) -> bool:
    first, after = period_span(value.period)
    return first <= row.day < after


def _by_any_way(catalogue: Catalogue, rests: Rests, value: IndicatorValue) -> bool:
    indicator = catalogue.indicators.get(value.indicator)
    return indicator is not None and any(rests(way, value) for way in indicator.by(str(value.inputs["table"])))
