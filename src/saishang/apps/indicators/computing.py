"""What a run is made of, put together: what was known at a moment, and what follows from it. Changes nothing.

`gather` fixes the inputs (version of the lake, rules, plan, reported figures, people's decisions, excluded hours) as
they were known at a moment; `compute` turns them into tables, values and states. An evaluation writes the outcome into
a run; a replay does the same work again for the inputs of an old run and compares.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from django.db.models import Q

from saishang.apps.indicators import air_tables
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.composed import composed_values
from saishang.apps.indicators.goals import plan_goals
from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.media_list import MEDIA, READERS
from saishang.apps.indicators.models import ReportedValue
from saishang.apps.indicators.provenance import code_version, digest
from saishang.apps.indicators.register_values import register_parameters, register_values
from saishang.apps.indicators.states import PlanGoal, State, judge_all
from saishang.apps.indicators.target_objects import settings_parameters
from saishang.apps.indicators.values import Value, computed_values, reported_values
from saishang.config import Config
from saishang.errors import SaishangError
from saishang.lake import Lake
from saishang.rules import Rules

__all__ = ["Inputs", "Outcome", "compute", "gather", "reports_known", "seen_state", "seen_value", "year_over"]

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Inputs:
    """Everything that decides the digits.

    Attributes
    ----------
    known_at:
        Moment up to which reports, decisions and quality runs were taken in; None = all there are.
    code:
        Version of the code that is asked to compute.
    """

    as_of: date
    site: str
    region: str
    lake_version: int
    plan_version: str
    goals: Sequence[PlanGoal]
    reports: Sequence[ReportedValue]
    parameters: dict[str, Any]
    rules: Rules
    known_at: datetime | None
    code: str

    def digest(self, *, lake_version: int | None = None, rules: str = "", code: str = "") -> str:
        """Seal over the inputs; with another run's versions in the place of ours, to tell what else differs."""
        return digest(
            {
                "as_of": self.as_of.isoformat(),
                "lake_version": self.lake_version if lake_version is None else lake_version,
                "rules": rules or self.rules.digest,
                "code": code or self.code,
                "plan": self.plan_version,
                "reports": [(r.indicator, r.region, r.period, r.basis, r.text) for r in self.reports],
                "parameters": self.parameters,
            }
        )


@dataclass(frozen=True)
class Outcome:
    """What follows from the inputs."""

    tables: dict[str, pa.Table]
    values: list[Value]
    states: list[State]

    @property
    def digest(self) -> str:
        """Seal over every value and every state."""
        return result_digest([seen_value(v) for v in self.values], [seen_state(s) for s in self.states])


def gather(
    config: Config, lake: Lake, rules: Rules, as_of: date, *, site: str, region: str, lake_version: int | None = None,
    known_at: datetime | None = None, plan_version: str | None = None,
) -> Inputs:  # fmt: skip
    """Fix the inputs of an evaluation, as they are or as they were known at a moment.

    Raises
    ------
    SaishangError
        Without a plan (of that version).
    """
    version = lake.version if lake_version is None else lake_version
    found, goals = plan_goals(region, rules, on=as_of, version=plan_version, known_at=known_at)
    parameters = air_tables.parameters(lake, rules, site, region, as_of, known_at)
    asked = Asked(config, lake, rules, site, region, as_of, version, known_at)
    found_by = {medium.name: medium.parameters(asked) for medium in MEDIA}
    found_by["registers"] = register_parameters(rules, known_at)
    found_by["targets"] = settings_parameters(found.partition("@")[0], as_of, known_at)
    # What a medium has nothing of stays out: the digest of a run must not depend on media that it lacks.
    parameters |= {name: told for name, told in found_by.items() if told}
    reports = reports_known(as_of, Catalogue(rules), known_at)
    return Inputs(as_of, site, region, version, found, goals, reports, parameters, rules, known_at, code_version())


def compute(
    config: Config, lake: Lake, inputs: Inputs, *, files_version: int | None = None,
    progress: Progress = lambda step: None,
) -> Outcome:  # fmt: skip
    """Tables, values and states of the inputs.

    Parameters
    ----------
    files_version:
        Version of the lake's table to read, where it is another than the inputs name (a table rebuilt elsewhere).

    Raises
    ------
    SaishangError
        When the lake holds no observations up to the date.
    """
    rules, as_of = inputs.rules, inputs.as_of
    version = inputs.lake_version if files_version is None else files_version
    catalogue = Catalogue(rules)
    # The version is fixed: what others load meanwhile belongs to the next run.
    asked = Asked(
        config, lake, rules, inputs.site, inputs.region, as_of, version, inputs.known_at, progress
    )  # fmt: skip
    tables: dict[str, pa.Table] = {}
    for medium in MEDIA:
        tables |= medium.build(asked)
    if not any(table.num_rows for table in tables.values()):
        raise SaishangError(
            f"there are no observations up to {as_of}",
            fix="load some with `saishang ingest FILE`, or choose a later date", code="no-observations",
        )  # fmt: skip
    progress("values")
    values = computed_values(
        catalogue, tables, inputs.region, readers=READERS, cities=inputs.parameters["cities"],
        known=rules.regions.keys(),
    )  # fmt: skip
    values += register_values(catalogue, rules, inputs.region, as_of, inputs.known_at)
    values += composed_values(catalogue, inputs.reports, rules)
    values += reported_values(catalogue, inputs.reports)
    progress("targets")
    baselines = Catalogue.baselines(rules, inputs.site)
    states = judge_all(inputs.goals, values, catalogue, baselines, as_of.year, year_over=year_over(as_of))
    return Outcome(tables, values, states)


def result_digest(values: Sequence[Sequence[Any]], states: Sequence[Sequence[Any]]) -> str:
    """Seal over values and states as `seen_value` and `seen_state` show them."""
    return digest({"values": values, "states": states})


def reports_known(as_of: date, catalogue: Catalogue, known_at: datetime | None) -> list[ReportedValue]:
    """Reported figures that stand, or stood at a moment, in the order in which they came in."""
    rows = ReportedValue.objects.order_by("pk")
    if known_at is None:
        rows = rows.filter(superseded_by=None)
    else:
        later = Q(superseded_by=None) | Q(superseded_by__entered_at__gt=known_at)
        rows = rows.filter(later, entered_at__lte=known_at)
    return [report for report in rows if _known_on(as_of, report, catalogue)]


def year_over(day: date) -> bool:
    """Whether a year has ended on its day: before that, a value of the goal's own year decides nothing."""
    return (day.month, day.day) == (12, 31)


def _known_on(as_of: date, report: ReportedValue, catalogue: Catalogue) -> bool:
    """Whether a figure can have been known: nobody measures the mean of a year before it ends; a state, of any day."""
    year = int(report.period[:4])
    if year < as_of.year or (year == as_of.year and year_over(as_of)):
        return True
    indicator = catalogue.indicators.get(report.indicator)
    return year == as_of.year and indicator is not None and indicator.kind == "reported"


def seen_value(value: Value) -> list[Any]:
    """What makes a value the same value: not when it was entered, and not how it is explained."""
    return [
        value.indicator, value.region, value.period, value.period_kind, value.basis, value.kind, value.standard,
        None if value.value is None else str(value.value), value.rounded, value.valid, value.reason,
    ]  # fmt: skip


def seen_state(state: State) -> list[Any]:
    """What makes a target's state the same state."""
    return [
        state.goal.id,
        state.goal.region,
        state.standing.status,
        state.standing.reason,
        str(state.standing.distance),
    ]
