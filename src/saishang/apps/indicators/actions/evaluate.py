"""Evaluate all indicators and targets as of a date, into a run that never changes afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.indicators.computing import compute, gather
from saishang.apps.indicators.models import IndicatorValue, Run, TargetState
from saishang.apps.indicators.provenance import digest
from saishang.apps.indicators.seals import rows_seal, tables_seals
from saishang.apps.indicators.states import State
from saishang.apps.indicators.values import Value
from saishang.config import Config
from saishang.errors import SaishangError
from saishang.lake import Lake
from saishang.rules import Rules

__all__ = ["evaluate"]

#: One evaluation at a time per database: two would compute the same thing twice.
_EVALUATION_LOCK = 0x5A15_0002
Progress = Callable[[str], None]


class EvaluationRefused(SaishangError):
    """The evaluation cannot be made."""

    code = "evaluation-refused"


def evaluate(
    actor: Any,
    config: Config,
    lake: Lake,
    rules: Rules,
    as_of: date,
    *,
    site: str,
    region: str,
    again: bool = False,
    progress: Progress = lambda step: None,
) -> Run:
    """Permission → check → compute → write → log.

    Parameters
    ----------
    as_of:
        Observations that end later are not used; periods that are not over count as "to date".
    site, region:
        The site's folder of rules and the region whose cities make the mean.
    again:
        Compute even when a finished run has the same inputs (its digits must come out the same).

    Raises
    ------
    EvaluationRefused
        Without permission, without a plan, or without observations.
    """
    if not isinstance(actor, str) and not actor.may("run_evaluation"):
        raise EvaluationRefused("this account may not run an evaluation", fix="ask for the role admin")
    version = lake.version
    if not lake.files(version):
        raise EvaluationRefused(
            "there are no observations yet", fix="load some: `saishang ingest FILE`, or `saishang demo`"
        )
    # The moment is fixed first: what people report or decide meanwhile belongs to the next run.
    started = timezone.now()
    inputs = gather(config, lake, rules, as_of, site=site, region=region, lake_version=version, known_at=started)
    inputs_digest = inputs.digest()
    same = Run.objects.filter(inputs_digest=inputs_digest, finished__isnull=False)
    known = same.order_by("-started").first()
    if known is not None and not again:
        return known

    outcome = compute(config, lake, inputs, progress=progress)
    result = outcome.digest
    if known is not None and known.result_digest != result:
        raise EvaluationRefused(
            f"the same inputs gave other digits than run {known.id}",
            fix="do not publish either; report both run ids, the inputs are equal and the results must be",
            code="replay-differs",
        )

    run_id = f"{as_of:%Y%m%d}-{inputs_digest[:8]}" + (f"-{same.count() + 1}" if known is not None else "")
    progress("write")
    folder = _write_tables(config.runs, run_id, outcome.tables)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_xact_lock(%s)", [_EVALUATION_LOCK])
            run = Run.objects.create(
                id=run_id,
                as_of=as_of,
                started=started,
                lake_version=version,
                rules_digest=rules.digest,
                code_version=inputs.code,
                plan_version=inputs.plan_version,
                parameters=inputs.parameters | {"site": site, "region": region},
                inputs_digest=inputs_digest,
                result_digest=result,
                started_by=actor if isinstance(actor, str) else actor.get_username(),
            )
            _write_rows(run, outcome.values, outcome.states)
            run.seals = {"rows": rows_seal(run.id), "tables": tables_seals(folder)}
            run.finished = timezone.now()
            run.save(update_fields=["finished", "seals"])
            told = {"as_of": as_of, "result": result, "lake": version, "seals": digest(run.seals)}
            record(actor, "indicators.evaluate", run, None, told)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return run


def _write_tables(runs: Path, run_id: str, tables: Mapping[str, pa.Table]) -> Path:
    """Write the tables under a temporary name first: a run's folder is whole or not there."""
    runs.mkdir(parents=True, exist_ok=True)
    making, folder = runs / f".{run_id}", runs / run_id
    for leftover in (making, folder):
        shutil.rmtree(leftover, ignore_errors=True)
    making.mkdir()
    for name, table in tables.items():
        pq.write_table(table, making / f"{name}.parquet", compression="zstd")
    making.rename(folder)
    return folder


def _write_rows(run: Run, values: Sequence[Value], states: Sequence[State]) -> None:
    IndicatorValue.objects.bulk_create((IndicatorValue(run=run, **asdict(value)) for value in values), batch_size=2000)
    TargetState.objects.bulk_create(
        TargetState(
            run=run,
            target=state.goal.id,
            item=state.goal.item,
            item_title=state.goal.item_title,
            item_title_en=state.goal.item_title_en,
            title=state.goal.text,
            title_en=state.goal.title_en,
            kind=state.goal.kind,
            owners=list(state.goal.owners),
            aspirational=state.goal.aspirational,
            indicator=state.indicator.id if state.indicator else "",
            region=state.goal.region,
            status=state.standing.status,
            reason=state.standing.reason,
            detail=state.detail,
            goal=state.goal_value,
            comparator=state.comparator,
            year=state.goal.year,
            value=state.value.value if state.value else None,
            rounded=state.value.rounded if state.value else "",
            value_period=state.value.period if state.value else "",
            value_kind=state.value.kind if state.value else "",
            expected=state.standing.expected,
            distance=state.standing.distance,
            path=[[point.year, str(point.value)] for point in state.path],
            order=order,
        )
        for order, state in enumerate(states)
    )
