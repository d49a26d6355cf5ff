"""Which published numbers a correction changes (更正影响), before anybody computes a whole evaluation again.

Looks at everything that came in since a run (`since`): rows of the lake, quality flags, registers, decisions, reported
figures. Media that none of it touches stand as in the run; the others make again what it touches (`Medium.remade`).
Then values, composed indicators and targets, and every number that would come out otherwise. Reads only. The office
then evaluates anew and releases the change list (`actions.release_changes`), which compares the two whole runs.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.changes import (
    TargetChange,
    TargetSeen,
    ValueChange,
    goal_seen,
    seen_target,
    target_change,
    value_change,
    value_key,
)
from saishang.apps.indicators.composed import composed_values
from saishang.apps.indicators.computing import reports_known, year_over
from saishang.apps.indicators.goals import plan_goals
from saishang.apps.indicators.media import Asked, Before, Remade
from saishang.apps.indicators.media_list import MEDIA
from saishang.apps.indicators.models import IndicatorValue, Run
from saishang.apps.indicators.provenance import code_version
from saishang.apps.indicators.register_values import REGISTER, register_values
from saishang.apps.indicators.since import REPORTS, Cause, Since, causes, since, touched
from saishang.apps.indicators.states import PlanGoal, State, judge_all
from saishang.apps.indicators.values import Value, computed_values, reported_values
from saishang.config import Config
from saishang.errors import SaishangError
from saishang.lake import Lake
from saishang.lake.engines.correction import Difference
from saishang.lake.ledger import Batch
from saishang.rules import Rules

__all__ = ["Correction", "NoCorrection", "preview", "summary", "value_of"]

#: Values are kept with twelve decimals.
_STORED = Decimal(1).scaleb(-12)


class NoCorrection(SaishangError):
    """The quick way is not open for this run."""

    code = "no-correction"


@dataclass(frozen=True)
class Correction:
    """What changed inputs change.

    Attributes
    ----------
    batches:
        Files that came in since the run.
    days:
        (station or `city:<region>`, day) with a row that they wrote, up to the day of the run.
    media:
        Names of the media that were made again, in whole or in part; all others stand as in the run.
    tables:
        Table of the run → (rows that do not stand any more, rows that stand now).
    values, targets:
        Published numbers and states that come out otherwise.
    causes:
        What came in since the run, with who brought it.
    seconds, cpu_seconds:
        How long it took, and how long the processor worked for it.
    """

    run: str
    before_version: int
    after_version: int
    batches: tuple[Batch, ...]
    days: tuple[tuple[str, date], ...]
    media: tuple[str, ...]
    tables: Mapping[str, Difference]
    values: tuple[ValueChange, ...]
    targets: tuple[TargetChange, ...]
    causes: tuple[Cause, ...]
    seconds: float
    cpu_seconds: float
    _of: Mapping[tuple[str, ...], str]

    @property
    def nothing(self) -> bool:
        """Whether nothing came in since the run."""
        return not self.causes

    def reasons(self, change: ValueChange) -> tuple[Cause, ...]:
        """Causes that touch what the value is made of."""
        whose = self._of.get(value_key(change), "")
        return tuple(cause for cause in self.causes if whose in cause.media)


def preview(config: Config, lake: Lake, rules: Rules, run: Run) -> Correction:
    """What everything that came in since a run changes in it: the same as a whole evaluation made now.

    Raises
    ------
    NoCorrection
        When the run was made by other rules or another program.
    """
    started, worked = time.perf_counter(), time.process_time()
    if rules.digest != run.rules_digest or code_version() != run.code_version:
        raise NoCorrection(
            f"run {run.id} was made by other rules or another program",
            fix="evaluate again first: then only the observations differ",
        )
    now, version = timezone.now(), lake.version
    site, region = str(run.parameters["site"]), str(run.parameters["region"])
    asked = Asked(config, lake, rules, site, region, run.as_of, version, now)
    before = Before(Path(config.runs) / run.id, run.lake_version, run.started)
    plan, goals = plan_goals(region, rules, on=run.as_of, known_at=now)
    found = since(lake, rules, run, version, now, plan)
    remade: dict[str, Remade] = {}
    values: list[ValueChange] = []
    targets: list[TargetChange] = []
    of: dict[tuple[str, ...], str] = {}
    if not found.nothing:
        for medium in MEDIA:
            if what := touched(medium, found, asked, run):
                remade[medium.name] = medium.remade(asked, before, what)
        values, targets, of = _numbers(asked, run, goals, found, remade)
    days = {(str(row["station"]), row["day"]) for rows in found.rows.values() for row in rows}
    return Correction(
        run=run.id, before_version=run.lake_version, after_version=version, batches=found.batches,
        days=tuple(sorted(pair for pair in days if pair[1] <= run.as_of)), media=tuple(remade),
        tables={name: pair for one in remade.values() for name, pair in one.changes.items()},
        values=tuple(values), targets=tuple(targets), causes=tuple(causes(found, rules, run, now)),
        seconds=time.perf_counter() - started, cpu_seconds=time.process_time() - worked, _of=of,
    )  # fmt: skip


def _numbers(
    asked: Asked, run: Run, goals: Sequence[PlanGoal], found: Since, remade: Mapping[str, Remade]
) -> tuple[list[ValueChange], list[TargetChange], dict[tuple[str, ...], str]]:
    """Values and states that come out otherwise than in the run, and what each value that was made again is made of."""
    catalogue = Catalogue(asked.rules)
    stored = {value_key(row): row for row in IndicatorValue.objects.filter(run=run).order_by("pk")}
    fresh, stale = _fresh(catalogue, asked, run, found, remade)
    now = {value_key(value): value for value in fresh}
    again = {key for key, row in stored.items() if stale(row)}
    gone = again - now.keys()
    changes = [
        value_change(key, stored.get(key), now.get(key))
        for key in sorted({*now, *gone})
        if key in gone or key not in stored or not _same(stored[key], now[key])
    ]
    # What was not made again stands as it is; two values of one year keep their order, the later of which decides.
    standing = [value_of(row) for key, row in stored.items() if key not in again and key not in now] + fresh
    of = {key: _made_of(now.get(key) or stored[key]) for key in {*now, *gone}}
    return changes, _states(asked, run, goals, catalogue, standing), of


def _fresh(
    catalogue: Catalogue, asked: Asked, run: Run, found: Since, remade: Mapping[str, Remade]
) -> tuple[list[Value], Any]:  # fmt: skip
    """Values that were made again, and whether a stored value is one of those that they replace."""
    fresh: list[Value] = []
    tables: dict[str, set[str] | None] = {}
    for medium in MEDIA:
        made = remade.get(medium.name)
        if made is None:
            continue
        fresh += computed_values(
            catalogue, made.tables, asked.region, readers=medium.readers, cities=run.parameters["cities"],
            known=asked.rules.regions.keys(),
        )  # fmt: skip
        tables |= dict.fromkeys(medium.readers, _reach(made, medium.readers) if made.partial else None)
    counted = {
        str(way.statistic["register"]) for one in catalogue.indicators.values() for way in one.by(REGISTER)
    } & found.registers  # fmt: skip
    if counted:
        fresh += register_values(
            catalogue, asked.rules, asked.region, asked.as_of, asked.known_at, only=counted
        )  # fmt: skip
    if found.reports_changed:
        reports = reports_known(asked.as_of, catalogue, asked.known_at)
        fresh += composed_values(catalogue, reports, asked.rules) + reported_values(catalogue, reports)

    def stale(row: IndicatorValue) -> bool:
        if "table" in row.inputs:
            reach = tables.get(str(row.inputs["table"]), set())
            return reach is None or row.period in reach
        if "register" in row.inputs:
            return str(row.inputs["register"]) in counted
        return found.reports_changed

    return fresh, stale


def _reach(made: Remade, names: Iterable[str]) -> set[str]:
    """Periods that were made again."""
    mine = [made.tables[name] for name in names if name in made.tables]
    return {str(period) for table in mine for period in table.column("period").to_pylist()}


def _made_of(row: Any) -> str:
    """What a value is made of, by the names that causes give: a medium, a register, reported figures."""
    if "table" in row.inputs:
        return next((medium.name for medium in MEDIA if row.inputs["table"] in medium.readers), "")
    return f"{REGISTER}:{row.inputs['register']}" if "register" in row.inputs else REPORTS


def _states(
    asked: Asked, run: Run, goals: Sequence[PlanGoal], catalogue: Catalogue, values: Sequence[Value]
) -> list[TargetChange]:  # fmt: skip
    baselines = Catalogue.baselines(asked.rules, asked.site)
    fresh = judge_all(goals, values, catalogue, baselines, run.as_of.year, year_over=year_over(run.as_of))
    stored = {(row.target, row.region): seen_target(row) for row in run.targets.all()}
    now = {(state.goal.id, state.goal.region): _seen(state) for state in fresh}
    keys = (*now, *(key for key in stored if key not in now))
    return [change for key in keys if (change := target_change(stored.get(key), now.get(key)))]


def _seen(state: State) -> TargetSeen:
    """What a fresh state tells, as a run would have stored it."""
    return TargetSeen(
        state.goal.id, state.goal.region, state.goal.text, state.goal.title_en, state.standing.status,
        state.value.rounded if state.value else "", state.standing.reason,
        goal_seen(state.comparator, state.goal_value), state.goal.year, state.indicator.id if state.indicator else "",
    )  # fmt: skip


def value_of(row: IndicatorValue) -> Value:
    """A stored value as evaluation handles it."""
    names = (
        "indicator", "region", "period", "period_kind", "basis", "kind", "value", "rounded", "unit", "valid",
        "coverage", "reason", "clause", "inputs", "standard",
    )  # fmt: skip
    return Value(**{name: getattr(row, name) for name in names})


def _same(was: IndicatorValue, now: Value) -> bool:
    number = None if now.value is None else now.value.quantize(_STORED, ROUND_HALF_UP)
    return (was.value, was.rounded, was.valid, was.reason) == (number, now.rounded, now.valid, now.reason)


def summary(correction: Correction) -> Iterable[tuple[str, int]]:
    """Table → rows that stand otherwise, the most first."""
    counted = [(name, max(gone.num_rows, come.num_rows)) for name, (gone, come) in correction.tables.items()]
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))
