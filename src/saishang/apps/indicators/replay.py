"""Replay (复算): compute a run again from what it names, and compare digit by digit. Changes nothing.

The inputs are the lake at the run's version, the rules by their digest, the version of the plan, and what people had
reported and decided when the run began. A version of the lake whose files were vacuumed is rebuilt from the archive.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from saishang.apps.indicators.computing import Outcome, compute, gather
from saishang.apps.indicators.models import IndicatorValue, Run, TargetState
from saishang.apps.indicators.queries import NoSuchRun
from saishang.apps.indicators.states import State
from saishang.apps.indicators.values import Value
from saishang.config import Config
from saishang.errors import SaishangError
from saishang.lake import Lake
from saishang.lake.rebuild import is_whole, rebuild
from saishang.rules import Rules

__all__ = ["Difference", "Replay", "replay"]

Progress = Callable[[str], None]
#: Decimals that the database keeps of a value.
_STORED = Decimal(1).scaleb(-12)
_VALUE_KEY = ("indicator", "region", "period", "period_kind", "basis", "kind", "standard")


@dataclass(frozen=True)
class Difference:
    """Something that came out otherwise: `value`, `target` or `table`, its name, what the run says, what came out."""

    what: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Replay:
    """What a replay found.

    Attributes
    ----------
    code, code_now:
        Version of the code of the run, and of the code that computed it again.
    inputs_same:
        Whether reports, decisions, excluded hours and parameters were found as the run had them.
    rebuilt:
        Whether the table was read again from the raw archive; `otherwise` are batches whose recipe is another today.
    values, targets, tables:
        How many were compared.
    """

    run: str
    as_of: str
    code: str
    code_now: str
    inputs_same: bool
    rebuilt: bool
    otherwise: tuple[int, ...]
    values: int
    targets: int
    tables: int
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether every digit came out."""
        return not self.differences


def replay(
    config: Config,
    lake: Lake,
    rules: Rules,
    run_id: str,
    *,
    from_archive: bool = False,
    progress: Progress = lambda step: None,
) -> Replay:
    """Compute a finished run again and compare.

    Parameters
    ----------
    rules:
        The rules of the run: their digest has to be the run's.
    from_archive:
        Read the table again from the raw archive even when its files are there.

    Raises
    ------
    NoSuchRun
        When there is no finished run of that name.
    SaishangError
        When the rules are others, the plan's version is gone, or the archive lost a file.
    """
    run = Run.objects.filter(pk=run_id, finished__isnull=False).first()
    if run is None:
        raise NoSuchRun(run_id)
    if rules.digest != run.rules_digest:
        raise SaishangError(
            f"run {run.id} was computed by the rules {run.rules_digest[:12]}, these are {rules.digest[:12]}",
            fix="name the folder with the rules of that time: `saishang replay RUN --rules FOLDER`", code="other-rules",
        )  # fmt: skip
    site, region = str(run.parameters["site"]), str(run.parameters["region"])
    inputs = gather(
        config, lake, rules, run.as_of, site=site, region=region, lake_version=run.lake_version, known_at=run.started,
        plan_version=run.plan_version,
    )  # fmt: skip
    again = from_archive or not is_whole(lake, run.lake_version)
    with tempfile.TemporaryDirectory(prefix="saishang-replay-", dir=_room(config)) as folder:
        if again:
            progress("archive")
            rebuilt = rebuild(lake, run.lake_version, Path(folder))
            # Flags of quality control come from the ledger as it is; only the table is another.
            elsewhere = Lake(Path(folder), lake.archive_root, lake.dsn, lake.rules)
            outcome = compute(config, elsewhere, inputs, files_version=rebuilt.table.version, progress=progress)
            otherwise = rebuilt.otherwise
        else:
            outcome, otherwise = compute(config, lake, inputs, progress=progress), ()
    progress("compare")
    differences = [
        *_rows_differ("value", _stored_values(run), _computed_values(outcome.values)),
        *_rows_differ("target", _stored_states(run), _computed_states(outcome.states)),
        *_tables_differ(config.runs / run.id, outcome),
    ]
    return Replay(
        run=run.id, as_of=run.as_of.isoformat(), code=run.code_version, code_now=inputs.code,
        inputs_same=inputs.digest(code=run.code_version) == run.inputs_digest, rebuilt=again, otherwise=otherwise,
        values=len(outcome.values), targets=len(outcome.states), tables=len(outcome.tables),
        differences=tuple(differences),
    )  # fmt: skip


def _room(config: Config) -> Path:
    """Where a rebuilt table has room: beside the runs, on the disk that the installation was given."""
    config.runs.mkdir(parents=True, exist_ok=True)
    return config.runs


def _number(value: Decimal | None) -> str:
    """A number as the database keeps it."""
    return "" if value is None else f"{value.quantize(_STORED, ROUND_HALF_UP):f}"


def _stored_values(run: Run) -> dict[tuple[str, ...], str]:
    rows = IndicatorValue.objects.filter(run=run)
    return {tuple(getattr(row, key) for key in _VALUE_KEY): _value_text(row) for row in rows}


def _computed_values(values: Iterable[Value]) -> dict[tuple[str, ...], str]:
    return {tuple(getattr(value, key) for key in _VALUE_KEY): _value_text(value) for value in values}


def _value_text(row: IndicatorValue | Value) -> str:
    words = [row.rounded or "—", _number(row.value) or "—", "valid" if row.valid else "not valid", row.reason]
    return " · ".join(word for word in words if word)


def _stored_states(run: Run) -> dict[tuple[str, ...], str]:
    rows = TargetState.objects.filter(run=run)
    return {(row.target, row.region): _state_text(row.status, row.reason, row.distance, row.rounded) for row in rows}


def _computed_states(states: Iterable[State]) -> dict[tuple[str, ...], str]:
    return {
        (state.goal.id, state.goal.region): _state_text(
            state.standing.status, state.standing.reason, state.standing.distance,
            state.value.rounded if state.value else "",
        )
        for state in states
    }  # fmt: skip


def _state_text(status: str, reason: str, distance: Decimal | None, rounded: str) -> str:
    return " · ".join(word for word in (status, reason, rounded, _number(distance)) if word)


def _rows_differ(
    what: str, stored: Mapping[tuple[str, ...], str], computed: Mapping[tuple[str, ...], str]
) -> Iterator[Difference]:
    for key in sorted({*stored, *computed}):
        before, after = stored.get(key, "absent"), computed.get(key, "absent")
        if before != after:
            yield Difference(what, " ".join(part for part in key if part), before, after)


def _tables_differ(folder: Path, outcome: Outcome) -> Iterator[Difference]:
    """Tables are compared cell by cell; the first row that differs is told."""
    for name, computed in outcome.tables.items():
        path = folder / f"{name}.parquet"
        if not path.is_file():
            yield Difference("table", name, "absent", f"{computed.num_rows} rows")
            continue
        stored = pq.read_table(path)
        if stored.num_rows != computed.num_rows or stored.column_names != computed.column_names:
            yield Difference("table", name, _shape(stored), _shape(computed))
            continue
        found = _first_difference(stored, computed.cast(stored.schema))
        if found is not None:
            yield Difference("table", f"{name} row {found[0]} {found[1]}", str(found[2]), str(found[3]))


def _shape(table: pa.Table) -> str:
    return f"{table.num_rows} rows, {table.num_columns} columns"


def _first_difference(stored: pa.Table, computed: pa.Table) -> tuple[int, str, Any, Any] | None:
    for column in stored.column_names:
        before, after = stored.column(column), computed.column(column)
        if before.equals(after):
            continue
        for row, (old, new) in enumerate(zip(before, after, strict=True)):
            if old.as_py() != new.as_py():
                return row, column, old.as_py(), new.as_py()
    return None
