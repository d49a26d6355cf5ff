"""Reads for pages, commands and reports: runs, targets, indicator values, and the tables behind a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet

from saishang.apps.core.generations import kept
from saishang.apps.indicators.catalogue import Catalogue, Indicator
from saishang.apps.indicators.models import IndicatorValue, ReportedValue, Run, TargetState
from saishang.errors import SaishangError
from saishang.lake.duck import reading_duck
from saishang.rules import Rules, load_rules

if TYPE_CHECKING:
    from saishang.apps.indicators.forecast import ForecastRow

__all__ = [
    "HistoryPoint",
    "NoSuchRun",
    "RunFacts",
    "TargetRow",
    "catalogue",
    "history",
    "indicator",
    "indicator_values",
    "kept_forecasts",
    "lake_versions",
    "latest_run",
    "part_rows",
    "region_name",
    "reported",
    "run_facts",
    "runs",
    "select",
    "target_row",
    "target_rows",
    "values_among",
]


class NoSuchRun(SaishangError):
    """There is no such evaluation run."""

    code = "no-such-run"


@dataclass(frozen=True)
class RunFacts:
    """A run as pages show it. `counts_zh` and `counts_en`: (word, number) per state, in the order of the states."""

    id: str
    as_of: date
    started: datetime
    seconds: float | None
    lake_version: int
    rules_digest: str
    code_version: str
    plan_version: str
    result_digest: str
    started_by: str
    site: str
    region: str
    region_name: str
    counts: dict[str, int]
    counts_zh: tuple[tuple[str, int], ...]
    counts_en: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class HistoryPoint:
    """One period of an indicator: `chosen` marks the value that stands for its year."""

    period: str
    period_kind: str
    value: Decimal | None
    rounded: str
    valid: bool
    kind: str
    basis: str
    reason: str
    coverage: dict[str, Any]
    chosen: bool = False


@dataclass(frozen=True)
class TargetRow:
    """One target in one run, with the words of both languages."""

    target: str
    item: str
    item_title_zh: str
    item_title_en: str
    title_zh: str
    title_en: str
    kind: str
    owners: tuple[str, ...]
    indicator: str
    indicator_zh: str
    indicator_en: str
    unit: str
    direction: str
    region: str
    comparator: str
    goal: Decimal | None
    goal_text: str
    year: int | None
    aspirational: bool
    undetermined: bool
    status: str
    status_zh: str
    status_en: str
    reason: str
    reason_zh: str
    reason_en: str
    detail: dict[str, Any]
    value: Decimal | None
    rounded: str
    value_period: str
    value_kind: str
    expected: Decimal | None
    distance: Decimal | None
    path: tuple[tuple[int, Decimal], ...]
    history: tuple[HistoryPoint, ...] = field(default=())
    #: What an office had set (`states._told`): version, parent, baseline, path, tolerance …; empty: the plan's own.
    setting: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parent(self) -> str:
        """Of a part of a split target the region above; empty for the plan's own."""
        return str(self.setting.get("parent", ""))


_SIGNS = {">=": "≥", "<=": "≤", "=": "=", ">": ">", "<": "<", "~": "≈"}


def _rules() -> Rules:
    return load_rules(settings.CONFIG.rules_overlay)


@lru_cache(maxsize=4)
def _catalogue(digest: str) -> Catalogue:
    return Catalogue(_rules())


def catalogue() -> Catalogue:
    """The catalogue of the loaded rules."""
    return _catalogue(_rules().digest)


def indicator(identifier: str) -> Indicator | None:
    """One indicator, or None."""
    return catalogue().indicators.get(identifier)


def lake_versions() -> list[int]:
    """Versions of the observations table that finished runs were computed from, each once."""
    found = Run.objects.filter(finished__isnull=False).values_list("lake_version", flat=True)
    return sorted(set(found.order_by()))


def region_name(code: str, language: str = "zh") -> str:
    """Name of a region; its code where the rules do not know it."""
    regions = _rules().regions
    if code not in regions:
        return code
    return str(regions[code]["zh" if language.startswith("zh") else "en"])


def runs() -> QuerySet[Run]:
    """Finished runs, newest evaluation date first."""
    return Run.objects.filter(finished__isnull=False).order_by("-as_of", "-started")


def latest_run() -> Run | None:
    """The run with the latest evaluation date (of those, the last made)."""
    return runs().first()


def get_run(identifier: str) -> Run:
    """Return a run by id, or `latest`.

    Raises
    ------
    NoSuchRun
        With the ids that there are.
    """
    found = _found(identifier)
    if found is None:
        known = ", ".join(runs().values_list("pk", flat=True)[:10]) or "none yet"
        raise NoSuchRun(
            f"there is no run {identifier!r}; there are: {known}", fix="make one with `saishang evaluate --as-of DATE`"
        )
    return found


@kept("runs", most=64)
def _found(identifier: str) -> Run | None:
    return latest_run() if identifier == "latest" else runs().filter(pk=identifier).first()


def run_facts(identifier: str) -> RunFacts:
    """Facts of a run (`latest` for the newest)."""
    return _facts(identifier, _rules().digest)


@kept("runs", most=64)
def _facts(identifier: str, _digest: str) -> RunFacts:
    run = get_run(identifier)
    states = catalogue().status.states
    counts = dict.fromkeys(states, 0)
    for status in _own(run.targets.all()).values_list("status", flat=True):
        counts[status] += 1
    region = str(run.parameters.get("region", ""))
    return RunFacts(
        id=run.id,
        as_of=run.as_of,
        started=run.started,
        seconds=(run.finished - run.started).total_seconds() if run.finished else None,
        lake_version=run.lake_version,
        rules_digest=run.rules_digest,
        code_version=run.code_version,
        plan_version=run.plan_version,
        result_digest=run.result_digest,
        started_by=run.started_by,
        site=str(run.parameters.get("site", "")),
        region=region,
        region_name=region_name(region),
        counts=counts,
        counts_zh=tuple((states[key]["zh"], number) for key, number in counts.items()),
        counts_en=tuple((states[key]["en"], number) for key, number in counts.items()),
    )


def target_rows(identifier: str, *, with_history: bool = False, parts: bool = False) -> list[TargetRow]:
    """Every target of a run in the plan's order.

    Parameters
    ----------
    with_history:
        With the yearly values for small charts.
    parts:
        With the parts that cities and counties carry, each after its whole. Without them every target of the plan
        stands once, which is what is counted.
    """
    return list(_target_rows(get_run(identifier).id, with_history, parts, _rules().digest))


@kept("runs", most=8)
def _target_rows(identifier: str, with_history: bool, parts: bool, _digest: str) -> tuple[TargetRow, ...]:
    run = get_run(identifier)
    values = _values_by_indicator(run) if with_history else {}
    states = run.targets.all() if parts else _own(run.targets.all())
    return tuple(_row(state, values) for state in states)


def part_rows(identifier: str, target: str, region: str) -> list[TargetRow]:
    """The parts of a target that is split over the regions below `region`, in the order of the split."""
    run = get_run(identifier)
    found = run.targets.filter(target=target, detail__object__parent=region)
    return [_row(state, {}) for state in found]


def _own(states: QuerySet[TargetState]) -> QuerySet[TargetState]:
    """States of the plan's own targets, without the parts of those that are split."""
    return states.filter(detail__object__parent__isnull=True)


def target_row(identifier: str, target: str, region: str | None = None) -> TargetRow | None:
    """One target of a run with its history, or None."""
    run = get_run(identifier)
    found = run.targets.filter(target=target)
    state = (found.filter(region=region) if region else found).first()
    if state is None:
        return None
    return _row(state, _values_by_indicator(run, state.indicator))


def indicator_values(identifier: str, indicator_id: str, region: str | None = None) -> QuerySet[IndicatorValue]:
    """Values of an indicator in a run, all regions or one."""
    found = get_run(identifier).values.filter(indicator=indicator_id).order_by("region", "period", "basis")
    return found.filter(region=region) if region else found


def values_among(identifier: str, indicators: Iterable[str]) -> QuerySet[IndicatorValue]:
    """Values of several indicators in a run, by region, period and basis."""
    found = get_run(identifier).values.filter(indicator__in=list(indicators))
    return found.order_by("indicator", "region", "period", "basis")


def history(identifier: str, indicator_id: str, region: str) -> tuple[HistoryPoint, ...]:
    """All periods of an indicator in a region, oldest first, with the chosen value of each year marked."""
    rows = list(indicator_values(identifier, indicator_id, region))
    return _history(rows, catalogue().indicators[indicator_id])


def select(
    identifier: str, table: str, where: str = "true", values: Sequence[Any] = (), order: str = ""
) -> list[dict[str, Any]]:
    """Rows of a table behind a run.

    Parameters
    ----------
    table:
        Name of the Parquet file, such as `city_aqi`.
    where, order:
        SQL written in our code, never taken from a request; values go in by `?`.
    """
    run = get_run(identifier)
    path = Path(settings.CONFIG.runs) / run.id / f"{table}.parquet"
    if not path.is_file():
        return []
    sql = f"select * from read_parquet(?) where {where}" + (f" order by {order}" if order else "")  # noqa: S608
    with reading_duck() as connection:
        cursor = connection.execute(sql, [str(path), *values])
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def kept_forecasts(identifier: str) -> tuple[ForecastRow, ...] | None:
    """The forecasts kept beside a run; None when none were made."""
    from saishang.apps.indicators.forecast import read

    return read(identifier)


def _values_by_indicator(run: Run, only: str | None = None) -> dict[tuple[str, str], list[IndicatorValue]]:
    found: dict[tuple[str, str], list[IndicatorValue]] = {}
    rows = run.values.order_by("period", "basis")
    for value in rows.filter(indicator=only) if only is not None else rows:
        found.setdefault((value.indicator, value.region), []).append(value)
    return found


def _history(rows: Sequence[IndicatorValue], found: Indicator) -> tuple[HistoryPoint, ...]:
    from saishang.apps.indicators.states import best_by_year
    from saishang.apps.indicators.values import Value

    as_values = {
        row.pk: Value(
            row.indicator, row.region, row.period, row.period_kind, row.basis, row.kind, row.value, row.rounded,
            row.unit, row.valid,
        )
        for row in rows
    }  # fmt: skip
    chosen = {id(value) for value in best_by_year(as_values.values(), found).values()}
    return tuple(
        HistoryPoint(
            row.period, row.period_kind, row.value, row.rounded, row.valid, row.kind, row.basis, row.reason,
            row.coverage, id(as_values[row.pk]) in chosen,
        )
        for row in rows
    )  # fmt: skip


def _row(state: TargetState, values: dict[tuple[str, str], list[IndicatorValue]]) -> TargetRow:
    rule = catalogue().status
    found = indicator(state.indicator)
    unit = found.unit if found else ""
    points = values.get((state.indicator, state.region), [])
    return TargetRow(
        target=state.target,
        item=state.item,
        item_title_zh=state.item_title,
        item_title_en=state.item_title_en or state.item_title,
        title_zh=state.title,
        title_en=_title_en(state, found),
        kind=state.kind,
        owners=tuple(state.owners),
        indicator=state.indicator,
        indicator_zh=found.zh if found else "",
        indicator_en=found.en if found else "",
        unit=unit,
        direction=found.direction if found else "",
        region=state.region,
        comparator=state.comparator,
        goal=state.goal,
        goal_text=_goal_text(state, unit),
        year=state.year,
        aspirational=state.aspirational,
        undetermined=state.status == "undetermined",
        status=state.status,
        status_zh=rule.states[state.status]["zh"],
        status_en=rule.states[state.status]["en"],
        reason=state.reason,
        reason_zh=rule.words(state.reason, state.detail, "zh"),
        reason_en=rule.words(state.reason, state.detail, "en"),
        detail=state.detail,
        value=state.value,
        rounded=state.rounded,
        value_period=state.value_period,
        value_kind=state.value_kind,
        expected=state.expected,
        distance=state.distance,
        path=tuple((int(year), Decimal(value)) for year, value in state.path),
        history=_history(points, found) if found and points else (),
        setting=state.detail.get("object", {}),
    )


def _title_en(state: TargetState, found: Indicator | None) -> str:
    """English title; with the place where the target is for one of the region's own (the Chinese one says it)."""
    title = state.title_en or (found.en if found else state.title)
    place = "" if state.region == state.run.parameters.get("region", state.region) else region_name(state.region, "en")
    return f"{place}: {title}" if place and place not in title else title


def reported(indicator: str | None = None, *, everything: bool = False) -> QuerySet[ReportedValue]:
    """Reported figures that stand, in order; `everything` also those that a correction replaced."""
    found = ReportedValue.objects.order_by("indicator", "region", "period", "pk").select_related("entered_by")
    if indicator is not None:
        found = found.filter(indicator=indicator)
    return found if everything else found.filter(superseded_by=None)


def _goal_text(state: TargetState, unit: str) -> str:
    if state.status == "undetermined":
        return "**"
    if state.goal is None:
        return "—"
    number = format(state.goal.normalize(), "f")
    return f"{_SIGNS.get(state.comparator, '')} {number} {unit}".strip()
